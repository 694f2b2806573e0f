"""News in MongoDB: the work (articles, revisions, acts, pictures), and apart from it what readers see.

A reader's question only ever touches `published`, so that what is not published cannot leak by a filter somebody forgot.
"""

from backend.news.store import articles, pictures, published

COLLECTIONS = articles.COLLECTIONS | pictures.COLLECTIONS | published.COLLECTIONS
