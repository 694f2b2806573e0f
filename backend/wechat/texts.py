"""What the adapter itself says; everything else is the dialogue's. Chinese first: WeChat does not tell a person's language."""

BUSY = (
    "现在办理的人较多，刚才的消息没有处理，请稍后再发一次。\n"
    "We are busy at the moment and have not handled your message; please send it again shortly."
)
FAILED = (
    "系统暂时出现问题，请稍后再试；也可拨打 12345 市民服务热线。\n"
    "Something went wrong on our side; please try again later, or call 12345."
)
SLOW = (
    "这次办理比平时慢，仍在继续。{again}（十分钟内有效），或打开{site}办理。\n"
    "This takes longer than usual and goes on. Tap the first link within ten minutes to see the result."
)
SLOW_PLACE = (
    "这次查询比平时慢。您的位置不保存，请稍后再发送一次位置。\n"
    "This takes longer than usual. Your place is not kept: please send it again in a moment."
)
SEE = "查看结果"
SITE = "信用上海网页"
LOCATION = "发送位置：点输入框旁的“+”，选“位置” / To send a location: tap “+”, then “Location”"
MORE = "内容较长，请打开{site}查看全文"
GONE = "这个结果已过期，请重新发送您的请求。\nThis result is no longer kept; please send your request again."
