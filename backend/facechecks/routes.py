"""The face challenge over HTTP; frames stay in the memory of the request."""

from flask.views import MethodView

from backend.facechecks import errors, service
from backend.facechecks.model import Frame
from backend.facechecks.rules import LIMITS
from backend.identity import errors as identity_errors
from backend.web.api import blueprint
from backend.web.auth import actor, address, deps
from schemas import facechecks as wire

blp = blueprint("facechecks", "/me/face-challenges", "人脸核验 face verification")


@blp.route("")
class FaceChallenges(MethodView):
    @blp.refuses(errors.consent_required, errors.no_reference, identity_errors.face_locked(86_400))
    @blp.idempotent
    @blp.response(201, wire.FaceChallenge)
    def post(self):
        """Ask for a face challenge: what to do before the camera, in random order, within 45 seconds

        领取一次人脸核验挑战：随机动作、一次性随机数和照片要求，四十五秒内完成，须先同意人脸核验。
        """
        return service.open_challenge(deps(), actor(), address=address())


@blp.route("/<challenge_id>/frames")
class FaceFrames(MethodView):
    @blp.refuses(
        errors.no_challenge,
        errors.challenge_used,
        errors.challenge_expired,
        errors.wrong_nonce,
        errors.frame_count(LIMITS.frames_min, LIMITS.frames_max),
        errors.bad_steps(LIMITS.neutral_min),
        errors.frame_too_large(0, LIMITS.frame_bytes),
        errors.frame_type(0, LIMITS.types),
        errors.unreadable(5),
        identity_errors.face_locked(86_400),
    )
    @blp.upload(service.BODY_BYTES)
    @blp.arguments(wire.FramesForm, location="form")
    @blp.arguments(wire.FramesFiles, location="files")
    @blp.response(200, wire.FaceOutcome)
    def post(self, form, files, challenge_id):
        """Hand in the frames of a challenge, once; passing makes the session `verified` for ten minutes

        按顺序提交照片，每个挑战只能提交一次（照片无法读取不算一次核验）；通过后十分钟内为已核验。照片比对后即弃，比对数值不对外提供。
        """
        frames = [Frame(file.read(), file.mimetype or "") for file in files["frames"]]
        steps = service.read_steps(form["steps"])
        nonce = form["nonce"]
        return service.submit(
            deps(), actor(), challenge_id=challenge_id, nonce=nonce, frames=frames, steps=steps
        )
