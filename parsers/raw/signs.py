"""
Words by which a report is known, and by which its look-alikes and pages that are no answer are kept out.

The words of refusals and of missing pages are those of `cms_families` 5; they prove nothing alone, since a real report
may speak of a firewall: `scrapers/guard.py` weighs them.
"""

from __future__ import annotations

import re

__all__ = [
    "BUSY_WORDS", "CHALLENGE_BARELY", "CHALLENGE_SCRIPT", "CHALLENGE_WORDS", "DENIED_BARELY", "DENIED_SCRIPT", "DENIED_WORDS", "EMPTY_WORDS", "FAULT_WORDS",
    "LOADING_WORDS", "LOGIN_WORDS", "LOOK_ALIKE", "MISSING_PLAINLY", "MISSING_WORDS", "PAUSED_WORDS", "REPORT_HEADINGS", "REPORT_TITLE", "SCRIPT_WORDS",
    "has_report_words", "is_look_alike", "is_other_report", "is_report_title", "speaks_as_report",
]  # fmt: skip

REPORT_TITLE = re.compile(
    r"(?:政府信息|政务信息|信息|政务)公开(?:工作)?(?:的)?(?:情况)?(?:[(（]?(?:20|二[〇○Ο零])[\d〇○Ο零一二三四五六七八九]{2}\s*(?:年度|年)?[)）]?)?"
    r"(?:年度|年)?(?:工作)?(?:情况)?(?:年度)?(?:报告|年报)"
)
"""The words that the titles of these reports share: 政府信息公开工作年度报告 and its variants, also with the year amid them."""

LOOK_ALIKE = re.compile(
    r"(?:解读|图解|图说|一图(?:读|看|了解)|答记者问|网站(?:工作|监管|建设)?(?:年度|年)(?:监管|工作)?(?:报表|年报|报告)|网站(?:工作|监管)(?:报表|年报)"
    r"|法治政府|的通知|通知$|的通报$|的函$|的公告$|格式(?:（试行）)?$|模板|范本|填报说明|填表说明|填写说明|编制(?:工作|要求|规范|指南|说明)|工作要点"
    r"|的(?:更正|勘误|补充|修订|情况|有关情况)?说明$|自查报告|整改报告|调研报告|召开|举办"
    # A body may be named for its work: 绩效评估中心, 人才培训学校.
    r"|(?:考核|评估|培训)(?![^，。、]{0,8}(?:局|中心|办公室|委员会|院|所|站|处|校|基地|公司)(?:关于)?(?:20|二|政府信息|政务|信息公开)))"
)
"""Words of titles that speak about a report, or of another one, and are none."""

REPORT_HEADINGS = re.compile(
    r"总体情况|主动公开政府信息(?:的)?情况|收到和处理政府信息公开申请(?:的)?情况|依申请公开政府信息(?:的)?情况|(?:政府信息公开)?行政复议(?:、|和|及)?(?:提起)?行政诉讼(?:的)?情况"
    r"|存在的(?:主要)?问题(?:及|和|与)改进(?:情况|措施)|其他需要(?:报告|说明)的事项"
)
"""The six headings of a report and their older forms."""

CHALLENGE_SCRIPT = re.compile(
    r"\$_ts\b|__jsl_clearance|__jsluid_|/cdn-cgi/challenge-platform|cf[-_]chl[-_]|acw_sc__v\d|WZWS_CONFIRM|wzws_?(?:challenge|question|reurl|template|method)|_waf_bd8"
    r"|probev3\.js|/_guard/|[gh]-?(?:re)?captcha|turing\.captcha|nocaptcha"
)
"""Marks of a script that must be solved before a page is given: 加速乐, 瑞数 and their kind."""

CHALLENGE_BARELY = re.compile(
    r"(?:请|正在|需|完成|输入|拖动|向右|点击|进行|通过)[^。！]{0,16}(?:验证(?!失败)|人机识别|滑块)|(?:正在|进行)[^。！]{0,10}(?:浏览器|安全|环境)[^。！]{0,6}(?:检测|检查|校验|确认)"
    r"|(?:浏览器|安全|环境)(?:检测|检查|校验)中|(?:确认|验证)[^。]{0,10}(?:真人|真实用户|机器人)|(?:verify|verifying|confirm|prove)\b[^.]{0,30}\bhuman|\brobot\?|captcha|点击(?:进入|继续)(?:访问|网站)|security check",
    re.IGNORECASE,
)
"""How a page that shows little else asks to be solved, in the words of any maker."""

CHALLENGE_WORDS = re.compile(
    r"Just a moment|Checking your browser|(?:正在|进行)(?:进行)?(?:浏览器)?安全(?:检查|检测|验证)|人机验证|滑块(?:以)?(?:完成)?验证|拖动滑块|完成(?:安全)?验证后|请完成(?:安全)?验证"
    r"|安全验证(?:中)?$|浏览器安全检查",
    re.IGNORECASE,
)

DENIED_WORDS = re.compile(
    r"云防护|创宇盾|安全狗|玄武盾|云锁防护|云盾|加速乐|(?:Web)?应用防火墙|网站防火墙|访问被拒绝|拒绝(?:您的)?访问|访问被(?:阻断|阻止|拦截|禁止|限制)|(?:请求|访问|操作|行为|IP)[^。，]{0,6}(?:已)?被(?:[^。，]{0,12})拦截"
    r"|拦截(?:提示|页面|原因|信息|时间|事件|编号)|(?:已|成功)拦截|疑似(?:黑客)?攻击(?:行为|请求)|不合法(?:的)?(?:参数|请求)|恶意(?:请求|访问|攻击)|(?:安全|网络)威胁|禁止访问|访问(?:受限|受到限制|过于敏感|异常)|IP(?:地址)?(?:已)?被(?:封|禁|列入)"
    r"|没有(?:权限访问|访问权限)|无权访问|Access Denied|Request (?:was )?(?:blocked|denied|rejected)|403 Forbidden|\bForbidden\b|blocked by (?:a |the )?(?:security|firewall|WAF)|Web Application Firewall"
    r"|拦截$",
    re.IGNORECASE,
)

DENIED_BARELY = re.compile(
    r"(?:请求|访问|操作|行为|网址|URL|提交|IP|连接|攻击)[^。！!]{0,20}(?:拦截|阻断|阻止|拒绝|禁止|屏蔽|限制|终止|封禁|封锁|黑名单|不被允许|不符合|异常|未通过|威胁|风险|隐患|暂停)|(?:拦截|阻断|阻止|拒绝|禁止|屏蔽|限制|暂停)[^。！]{0,8}(?:请求|访问|操作|IP)"
    r"|(?:可疑|非法|非正常|恶意|敏感|危险)[^。]{0,4}(?:访问|请求|行为|流量|内容)|(?:不对|禁止|限制)?(?:境外|海外)(?:地区|用户|IP|访问)|所在(?:的)?(?:地区|国家|区域|网络)[^。]{0,8}(?:无法|不能|不可|受限)|触发[^。]{0,14}(?:规则|策略)"
    r"|(?:仅限|只限|不在|不支持)[^。]{0,14}(?:地区|区域|大陆|境内|国内|服务范围)|没有(?:相应)?权限|无权|权限不足|禁止(?:列表|名单)|盗链"
    r"|防火墙|\bWAF\b|网站卫士|云加速|云锁|明御|雷池|网防G01|安骑士|[DG]盾|T-Sec|安全(?:防护|防御)(?:系统|策略|提示)|not available in your (?:region|country|location)|Incapsula|mod_security"
    r"|(?:request|access|connection|URL|IP|you)\b[^.]{0,40}\b(?:blocked|rejected|denied|forbidden|banned|refused|restricted|unsuccessful)\b|(?:support|incident|event|request|ray|trace) ?id\b",
    re.IGNORECASE,
)
"""What says on a page of few words that a request is refused: who asked, and what was done to it, in the words of any maker."""

DENIED_SCRIPT = re.compile(
    r"yunsuo_session_verify|security_session_verify|wzws_sessionid|wzws_cid|waf_(?:captcha|block)|_WAF_", re.IGNORECASE
)
"""Marks of a firewall in the source of its page; beside a full page they are only its cookie."""

MISSING_WORDS = re.compile(
    r"(?:页面|网页|文章|文件|文档|稿件|数据|栏目|资源|链接|附件|(?<!政府)信息|内容)(?:已经|已|并|暂|可能)?(?:被|经)?(?:迁移|移动|[^。，]{0,6}或)?(?:不存在|不在了|未找到|没有找到|找不到|无法找到|删除|失效|过期|下线|下架|移除|撤下|撤销|撤回|归档|丢失|走丢)"
    r"|(?:找不到|未找到|没有找到|无法找到|没有查询到|未查询到)(?:您|你|该|此|这个|对应|指定|相关)?[^。，]{0,8}(?:页面|网页|页|文章|文件|稿件|资源)"
    r"|您(?:所|要|想)?(?:访问|查看|请求|浏览|打开|查找|要找|找|寻找)的(?:页面|网页|页|内容|文章|信息|地址|资源|栏目|链接)"
    r"|(?:页面|网页)(?:出错|错误|走丢|飞走|无法显示|无法访问|迷路)|(?:错误|出错)(?:页面|提示|信息)|^(?:404|错误|出错了?|抱歉|很抱歉|对不起|提示信息)"
    r"|(?:抱歉|对不起)[，,！!]?(?:您|你|该|此|找|没|页|系统|访问)|404 ?(?:错误|页面|-|–|not found|error)|(?:error|HTTP|错误)(?: ?(?:code|代码|码))?[ :：]*404"
    r"|page (?:was )?not (?:be )?found|not found on this server|does not exist|稿件(?:不存在|已删除)|参数错误|非法参数|(?:地址|链接|网址)(?:有误|不正确)|没有(?:这个|该|此)(?:页面|网页|文章)|can.t be found|(?:管理员)?(?:移走|撤稿)|(?:栏目|频道)(?:已)?(?:停用|关闭|撤销)",
    re.IGNORECASE,
)
"""What a page for what is missing says, in its title or where it says little else."""

MISSING_PLAINLY = re.compile(
    r"(?:页面|网页|文章|稿件)(?:已经|已|并)?(?:不存在|找不到|未找到|被删除|已删除|下线)|您(?:所|要|想)?(?:访问|查看|请求|浏览|打开|查找|找)的(?:页面|网页|内容|文章|信息|资源|栏目|链接)[^。]{0,12}(?:不存在|删除|找不到|失效|过期|下线|移除|更改|更名)"
    r"|(?:找不到|未找到|没有找到)(?:您|你|该|此)[^。，]{0,8}(?:页面|网页|文章)|404 not found",
    re.IGNORECASE,
)
"""The same, said so that it can mean nothing else, also amid the menus of a site."""

LOGIN_WORDS = re.compile(
    r"^(?:用户|系统|管理员?|会员|统一|后台|账号|请)*(?:身份)?(?:认证)?(?:平台|中心)?[-_—| ]*(?:登录|登陆|login|sign in)|(?:用户|系统|后台|会员|统一身份认证)[^。，]{0,8}(?:登录|登陆)|请(?:先|您先)?(?:登录|登陆)|(?:登录|登陆)后(?:方可|才能|可|再)?(?:查看|访问|浏览)"
    r"|未(?:登录|登陆)|(?:登录|会话)(?:已)?(?:超时|过期|失效)|统一身份认证",
    re.IGNORECASE,
)

EMPTY_WORDS = re.compile(
    r"(?:(?:暂无|暂时没有|没有|无|还没有)(?:相关|任何|符合条件的|您要的)?|(?:没有|未)(?:找到|查询?到|检索到|搜索到)(?:相关|任何|符合条件)(?:的)?|尚未(?:发布|公开))(?:数据|内容|信息|记录|文章|结果|年报|报告|文件)"
    r"|共(?:有)?\s*0\s*(?:条|篇|页|个)|(?:记录数?|总数|条数)[：: ]{0,2}0(?!\d)|(?:栏目|内容)(?:正在)?(?:建设|更新|整理|完善)中"
)

PAUSED_WORDS = re.compile(
    r"(?:网站|系统|平台|服务器?|站点|机房|设备|页面|本站)[^。！]{0,24}(?:维护|升级|改版|检修|割接|暂停(?:服务|访问|使用)|(?:临时|暂时)?关闭|停机)|(?:维护|升级|改版)(?:公告|通知|中)|^维护|暂停(?:对外)?(?:服务|访问)|(?:系统|网站|平台|线路)[^。！]{0,8}(?:切换|割接|迁移中)|带来(?:的)?不便"
    r"|(?:under|for|scheduled|undergoing) maintenance|temporarily (?:unavailable|closed|down)",
    re.IGNORECASE,
)
"""What a page of few words says where the site is closed for a time."""

BUSY_WORDS = re.compile(
    r"(?:系统|服务器?|网络|网站)(?:正)?(?:繁忙|忙|拥挤|超时)|(?:访问|操作|请求|点击|刷新)[^。！]{0,6}(?:频繁|过快|太快|频率)|频率(?:异常|过高|超限)|(?:访问量|并发|流量|人数)[^。]{0,6}(?:过大|过高|过多|超限|限制)|太快了"
    r"|too many requests|rate limit|service (?:temporarily )?unavailable|server (?:is )?(?:too )?busy",
    re.IGNORECASE,
)
"""What a page of few words says where too much was asked, of it or of all."""

FAULT_WORDS = re.compile(
    r"运行时错误|(?:应用程序|服务器)(?:中的)?(?:内部)?(?:服务器)?(?:出现)?(?:错误|异常)|未将对象引用|Server Error|HTTP (?:Status|Error) 5\d\d|Bad Gateway|Gateway Time-?out|(?:SQL|Null\w*|IO|Runtime|Servlet|Jasper)Exception"
    r"|数据库(?:连接)?(?:错误|失败|异常)|开小差|请?稍[后候](?:再|重)(?:试|新|访)|Fatal error|Stack ?trace|Whitelabel Error",
    re.IGNORECASE,
)
"""What a program says of itself that has failed."""

LOADING_WORDS = re.compile(
    r"(?:数据|内容|页面|努力|正在|拼命)(?:玩命)?(?:加载|载入|读取|渲染)中?|加载中|^loading|\bloading\.{2,}|\{\{-?\s*[\w$#/.]+",
    re.IGNORECASE,
)
"""What stands where a script has not yet put anything, and the blanks that it would fill."""

SCRIPT_WORDS = re.compile(
    r"(?:需要|请|必须|您的浏览器)[^。<]{0,12}(?:启用|开启|打开|允许|支持)[^。<]{0,8}(?:java ?script|js脚本|脚本)|(?:enable|without|requires?|turn on) java ?script",
    re.IGNORECASE,
)

_WORDS = ("政府信息公开", "政务公开", "信息公开")
_KINDS = ("年度报告", "年报", "申请公开", "主动公开")
_WIDE_TITLE = re.compile(r"(?:政府信息|政务信息|信息|政务)公开[^，。；：《》]{0,14}(?:报告|年报)")
_CUT_TITLE = re.compile(r"(?:政府信息|政务信息|信息|政务)公(?:开(?:工作?|年度?|情况?)*)?(?:…+|\.{2,})$")
_OTHER_REPORTS = re.compile(
    r"决算|预算|三公经费|法治(?:建设|工作|政府)|(?:企业|市场主体|个体|工商|事业单位法人)[^，。]{0,8}(?:年报|年度报告)|政府工作报告|统计公报|统计年报|政务新媒体"
    r"|(?:行政执法|依法行政|行政复议|绩效|审计|应急管理|环境(?:状况|质量))(?![^，。、]{0,8}(?:局|中心|办公室|委员会|院|所|站|处|校|队|基地|公司))"
    r"|公开(?:指南|目录|制度|规定|办法|流程|申请表)|申请(?:表|流程|须知)|(?:方案|计划|办法|制度|意见|须知)$|更多|首页|下一页|上一页|尾页"
)
"""Other annual reports, and other things that stand in a column of reports."""

_SENTENCES = re.compile(r"[。！!？?\n]")
_OF_A_YEAR = re.compile(r"20[0-3]\d ?年|二[〇○零].{2,4}年|[全本当]年|年度")
_TELLS = re.compile(r"申请|主动公开|条例|受理|答复|贯彻|落实|推进|开展|加强|保障|完成|\d ?[件条次个份]")
_LONGEST_SENTENCE = 120
_SPEAKS_TO = re.compile(r"[您你]|将于")
_SPACES = re.compile(r"[\s\u3000\xa0]+")
_SAYS_REPORT = re.compile(r"报告|年报|20[0-3]\d|二[〇○零]")
_UNIT_ALONE = re.compile(
    r"[^，。、：；《》？！]{2,24}(?:政府|办公室|委员会|局|委|办|院|所|中心|站|处|队|会|馆|镇|乡|街道|苏木|公司|校|区|县|市|旗)"
)


def has_report_words(text: str) -> bool:
    """
    Whether a text speaks the language of these reports at all.

    >>> has_report_words("关于召开会议的通知"), has_report_words("上高县政府信息公开年度报告")
    (False, True)
    """
    return any(word in text for word in _WORDS) and any(kind in text for kind in _KINDS)


def speaks_as_report(text: str) -> bool:
    """
    Whether a sentence tells what a body has done in a year about the publicity of information, and speaks to nobody.

    >>> speaks_as_report("2022年，本局未收到政府信息公开申请。"), speaks_as_report("您访问的2022年政府信息公开年报不存在。")
    (True, False)
    """
    # What stands before a sentence without a full stop is the menus of its page; what follows the last one, its foot.
    sentences = (whole[-_LONGEST_SENTENCE:] for whole in _SENTENCES.split(text)[:-1] if "公开" in whole)
    return any(_OF_A_YEAR.search(told) and _TELLS.search(told) and not _SPEAKS_TO.search(told) for told in sentences)


def is_look_alike(title: str) -> bool:
    """
    Whether a title is of a document about such reports, or of another kind of report.

    >>> is_look_alike("关于做好2021年政府信息公开年度报告编制工作的通知"), is_look_alike("2021年政府信息公开工作年度报告")
    (True, False)
    >>> is_look_alike("青槐县绩效评估中心2021年政府信息公开工作年度报告")
    False
    """
    return LOOK_ALIKE.search(title) is not None


def is_other_report(title: str) -> bool:
    """
    Whether a title names a document of another kind, such as a budget, and none of these reports.

    >>> is_other_report("青槐县2021年部门决算公开"), is_other_report("审计局2021年年报"), is_other_report("2021年年报")
    (True, False, False)
    """
    title = _SPACES.sub("", title)
    return _OTHER_REPORTS.search(title) is not None and not (REPORT_TITLE.search(title) or _WIDE_TITLE.search(title))


def is_report_title(title: str, column: str = "") -> bool:
    """
    Whether an entry of a list is a report by its title; `column` is the name of the list, if it has one.

    In a column of annual reports the words 年报 or a year are enough, and so is the name of a body alone.

    >>> is_report_title("青槐县2021年政府信息公开工作年度报告"), is_report_title("青槐县2021年法治政府建设年度报告")
    (True, False)
    >>> is_report_title("2021年年报"), is_report_title("2021年年报", column="政府信息公开年报"), is_report_title("民政局", column="信息公开年报")
    (False, True, True)
    """
    title = _SPACES.sub("", title)
    if not title or is_look_alike(title):
        return False
    if REPORT_TITLE.search(title) or _WIDE_TITLE.search(title) or _CUT_TITLE.search(title):
        return True
    if not REPORT_TITLE.search(_SPACES.sub("", column)) or is_other_report(title):
        return False
    return _SAYS_REPORT.search(title) is not None or _UNIT_ALONE.fullmatch(title) is not None
