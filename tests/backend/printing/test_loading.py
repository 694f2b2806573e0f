"""How the printing process loads its typesetter: alone, without what is only put off, and that there when it is wanted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.pdfs import text

ROOT = Path(__file__).parents[3]
PROGRAM = """
import json, sys
WATCHED = {"os.exec", "os.fork", "os.posix_spawn", "os.system", "subprocess.Popen", "tempfile.mkdtemp", "tempfile.mkstemp"}
seen = []
sys.addaudithook(lambda event, given: seen.append([event, *map(str, given)]) if event in WATCHED else None)
from backend.printing import loading
loading.load()
from backend.printing import document
begun, seen = seen, []
made = document.made(sys.argv[1], sys.argv[2])
loaded = [name for name in sys.modules if name.partition(".")[0] == "fontTools"]

import ctypes.util, gc, io
from weasyprint.pdf import fonts
from weasyprint.text import fonts as text_fonts
def refused(call, *given, **named):
    try:
        return call(*given, **named)
    except Exception as error:
        return f"{type(error).__module__}.{type(error).__name__}"
unread = io.BytesIO(b"not a font")
wanted = {
    "TTFont": refused(fonts.TTFont, unread, fontNumber=0),
    "ttFont": fonts.ttFont.getTableClass("loca").__module__,
    "subset": fonts.subset.Options(glyph_names=True).glyph_names,
    "woff2": refused(text_fonts.woff2.decompress, unread, io.BytesIO()),
    "instantiateVariableFont": refused(fonts.instantiateVariableFont, fonts.TTFont(), {}),
    "TTLibError": issubclass(sys.modules["fontTools.ttLib"].TTLibError, fonts.TTLibError),
}
print(json.dumps({
    "begun": begun, "laid down": seen, "made": made.hex(), "loaded": loaded, "wanted": wanted,
    "collects": gc.isenabled(), "passed over": gc.get_freeze_count(), "sought": ctypes.util.find_library.__module__,
}))
"""


@pytest.fixture(scope="module")
def told() -> Any:
    html = "<!DOCTYPE html><html lang='zh-CN'><title>报告</title><p>欧阳䶮"
    css = "@font-face { font-family: F; src: url(file:///f) } p { font-family: F, 'Noto Sans CJK SC' }"
    command = [sys.executable, "-c", PROGRAM, html, css]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_other_program_is_begun_to_find_the_libraries(told: Any) -> None:
    assert told["begun"] == []
    assert told["sought"] == "ctypes.util"  # whoever looks for another library later does find it


def test_a_document_is_printed_without_what_was_put_off(told: Any) -> None:
    assert text(bytes.fromhex(told["made"])) == "欧阳䶮"
    assert told["loaded"] == []


def test_a_document_that_brings_a_font_leaves_no_folder_for_it(told: Any) -> None:
    assert told["laid down"] == []


def test_what_was_put_off_is_there_when_it_is_wanted(told: Any) -> None:
    assert told["wanted"] == {
        "TTFont": "fontTools.ttLib.TTLibError",
        "ttFont": "fontTools.ttLib.tables._l_o_c_a",
        "subset": True,
        "woff2": "fontTools.ttLib.TTLibError",
        "instantiateVariableFont": "builtins.ValueError",
        "TTLibError": True,
    }


def test_the_collector_rests_only_while_loading(told: Any) -> None:
    assert told["collects"]
    assert told["passed over"] > 10_000
