"""The chatbot for Telegram: aiogram as transport around the dialogue of `backend/dialogues`."""

from bot.loading import build_models_when_used

build_models_when_used()  # before anything here imports aiogram
