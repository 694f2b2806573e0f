"""The notices that are shown before a consent, every version that was ever published, the newest last.

Law: a separate, informed, withdrawable consent (PIPL 14-17, 29-30, 55-56; Shanghai Data Regulation 22; the measures on
face recognition in force since 2025-06-01): who handles the face and how to reach them, why, how, how long, how needed,
what it means for the person, how to withdraw, and the way without a face. A published text is never edited: a test
compares its digest. A change is a new version, and everybody is asked again.
"""

import hashlib
from dataclasses import dataclass

from schemas.terms import ConsentPurpose
from schemas.text import Text


@dataclass(frozen=True)
class ConsentNotice:
    """What was shown before a consent: never changed once published, only followed by a new version."""

    purpose: ConsentPurpose
    version: str
    text: Text
    withdrawal: Text
    storage: Text
    other_way: Text


NOTICES: tuple[ConsentNotice, ...] = (
    ConsentNotice(
        purpose=ConsentPurpose.FACE_VERIFICATION,
        version="1",
        text=Text(
            "处理者：上海市公共信用信息服务中心，电话 12345。目的：仅用于您查阅本人信用信息等业务前"
            "核验是否您本人，不作他用，不提供给他人。"
            "方式：手机按随机提示拍摄数帧画面，在内存中与您办理证件时留存照片生成的特征模板比对，比对后画面立即丢弃，不保存照片和画面。"
            "必要性：您的信用信息仅限本人查阅，需确认操作者是您本人。影响：人脸信息为敏感个人信息，一旦泄露可能影响您的人身和财产安全，"
            "因此模板加密保存，比对程序接触不到数据库和密钥；比对可能误拒，误拒不影响您的任何权利。"
            "您可查阅、复制、更正、删除相关信息，也可向网信部门投诉。是否同意完全自愿，不同意不影响办理任何业务。",
            "Handled by: Shanghai Public Credit Information Service Centre, telephone 12345. Purpose: only to check that it is"
            " you before you see your own credit information and the like; for nothing else, and given to nobody. How: the"
            " phone takes a few pictures as it prompts at random; they are compared in memory with a template of numbers made"
            " from the photograph on file and dropped at once; neither photograph nor pictures are kept. Why it is needed:"
            " your credit information is for you alone, so it must be you who asks. What it means for you: a face is"
            " sensitive personal information, and a leak could harm your person or property; the template is therefore"
            " encrypted, and the program that compares has neither the database nor the keys. It may fail to recognise you;"
            " that takes none of your rights away. You may see, copy, correct and erase this information, and complain to"
            " the cyberspace administration. Agreeing is wholly voluntary; without it every service stays open to you.",
        ),
        withdrawal=Text(
            "您可随时在“我的—同意管理”中撤回，一步完成。撤回后模板立即删除，未完成的核验随即失效，撤回前已完成的核验不受影响。",
            "You may withdraw at any time under “Me - Consents”, in one step. The template is then erased at once and open"
            " challenges end; what was done before stays valid.",
        ),
        storage=Text(
            "加密保存的特征模板（128 个数字）保存至您撤回同意或注销账号为止；拍摄的画面不保存；"
            "仅保留每次核验的时间和结果，不保留相似度。",
            "The encrypted template (128 numbers) is kept until you withdraw or close the account; the pictures taken are"
            " not kept; of each check only its time and outcome stay, never a degree of likeness.",
        ),
        other_way=Text(
            "不使用人脸也可办理全部业务：携带身份证到任一公共信用信息服务窗口领取一次性核验码，在手机上输入即可，效果完全相同。",
            "Every service is open without your face: take your identity card to any public credit service window, get a"
            " one-time code and type it into the phone. It gives exactly the same.",
        ),
    ),
)


def current(purpose: ConsentPurpose) -> ConsentNotice:
    """The notice in force for a purpose."""
    return [notice for notice in NOTICES if notice.purpose is purpose][-1]


def find(purpose: ConsentPurpose, version: str) -> ConsentNotice | None:
    """Any version that was ever published."""
    return next((n for n in NOTICES if (n.purpose, n.version) == (purpose, version)), None)


def digest(notice: ConsentNotice) -> str:
    """SHA-256 over everything that was shown, in both languages; kept with each consent as evidence."""
    shown = (
        notice.purpose.value,
        notice.version,
        *notice.text,
        *notice.withdrawal,
        *notice.storage,
        *notice.other_way,
    )
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()
