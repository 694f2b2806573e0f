"""What is wrong with what is put down about a merchant, in words."""

from schemas.text import Text

NOT_A_LINE = Text(
    "名称、联系人、地区和标签须为可见文字，不能含控制字符，长度不超过规定",
    "Names, contacts, districts and labels are visible text without control characters, and not too long",
)
NO_DISTRICT = Text("没有这个区，请填区划代码或全称", "There is no such district; give its code or full name")
NOT_A_PHONE = Text(
    "联系电话应为中国大陆的手机或固定电话号码（固话请加区号），不含字母",
    "The contact's telephone is a mainland mobile or landline (with its area code), without letters",
)
NO_KINDS = Text("请至少选择一个经营类别，且不要重复", "Please choose at least one kind, and none twice")
NO_RATE = Text("每分钟请求上限应在{least}至{most}之间", "The limit a minute is between {least} and {most}")
