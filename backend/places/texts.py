"""What is said about rows and particulars of shops."""

from schemas.text import Text

NOT_TEXT = Text("须为文字", "this must be text")
BAD_KIND = Text(
    "kind 须为 convenience、supermarket、hypermarket 或 fresh",
    "kind must be convenience, supermarket, hypermarket or fresh",
)
BAD_DISTRICT = Text("没有这个区，请填区划代码或全称", "there is no such district; give its code or full name")
NOT_A_POSITION = Text("lng、lat 须为以度为单位的数字", "lng and lat must be numbers, in degrees")
SWAPPED = Text(
    "经纬度可能填反了：lng 是经度（约 121），lat 是纬度（约 31）",
    "longitude and latitude seem to be swapped: lng is about 121, lat about 31",
)
OUTSIDE = Text("位置不在本市范围内", "the position is not in the city")
BAD_DAY = Text("日期须为 YYYY-MM-DD", "the day must be YYYY-MM-DD")
BAD_YEAR = Text("没有该年度的名单", "there is no list of that year")
BAD_VALIDITY = Text("有效期应在 {first} 至 {last} 年内", "validity must end in {first} to {last}")
NOT_A_LINE = Text(
    "须为不超过{most}字的一行可见文字", "this is one line of visible text of at most {most} characters"
)
REPEATED = Text("同一文件中该商家已出现过", "the same shop stands in this file already")
WITHDRAWN = Text(
    "该商家已从地图撤下，本年度名单不能再次列入",
    "the shop was withdrawn from the map; only a newer list brings it back",
)
TASK_CLOSED = Text("商家已由工作人员撤下", "the shop was withdrawn by staff")
QUEUE = Text("待核实的诚信商家", "Shops to be checked")
