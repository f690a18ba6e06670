"""
Words by which a report is known, and by which its look-alikes and pages that are no answer are kept out.

The words of refusals and of missing pages are those of `cms_families` 5; they prove nothing alone, since a real report
may speak of a firewall: `scrapers/guard.py` weighs them.
"""

from __future__ import annotations

import re

__all__ = [
    "CHALLENGE_SCRIPT", "CHALLENGE_WORDS", "DENIED_SCRIPT", "DENIED_WORDS", "EMPTY_WORDS", "LOGIN_WORDS", "LOOK_ALIKE", "MISSING_PLAINLY", "MISSING_WORDS",
    "REPORT_HEADINGS", "REPORT_TITLE", "SCRIPT_WORDS", "has_report_words", "is_look_alike", "is_report_title",
]  # fmt: skip

REPORT_TITLE = re.compile(
    r"(?:政府信息|政务信息|信息|政务)公开(?:工作)?(?:的)?(?:情况)?(?:年度|年)?(?:工作)?(?:年度)?(?:报告|年报)"
)
"""The words that the titles of these reports share: 政府信息公开工作年度报告 and its variants."""

LOOK_ALIKE = re.compile(
    r"(?:解读|图解|图说|一图(?:读|看|了解)|答记者问|网站(?:工作|监管|建设)?(?:年度|年)(?:监管|工作)?(?:报表|年报|报告)|网站(?:工作|监管)(?:报表|年报)"
    r"|法治政府|的通知|通知$|的通报$|的函$|的公告$|格式(?:（试行）)?$|模板|范本|填报说明|填表说明|填写说明|编制(?:工作|要求|规范|指南|说明)|工作要点"
    r"|自查报告|整改报告|调研报告|召开|举办"
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
    r"\$_ts\b|__jsl_clearance|__jsluid_|/cdn-cgi/challenge-platform|cf[-_]chl[-_]|acw_sc__v2|WZWS_CONFIRM|wzws_?(?:challenge|question|reurl)|_waf_bd8|probev3\.js"
)
"""Marks of a script that must be solved before a page is given: 加速乐, 瑞数 and their kind."""

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

DENIED_SCRIPT = re.compile(
    r"yunsuo_session_verify|security_session_verify|wzws_sessionid|wzws_cid|waf_(?:captcha|block)|_WAF_", re.IGNORECASE
)
"""Marks of a firewall in the source of its page; beside a full page they are only its cookie."""

MISSING_WORDS = re.compile(
    r"(?:页面|网页|文章|文件|栏目|资源|链接|附件|(?<!政府)信息|内容)(?:已经|已|并|暂)?(?:不存在|未找到|没有找到|找不到|无法找到|被?删除|失效|过期|下线|被?移除|撤下|丢失)"
    r"|(?:找不到|未找到|没有找到|无法找到)(?:您|你|该|此|这个|对应|指定|相关)?[^。，]{0,8}(?:页面|网页|页|文章|文件|资源)"
    r"|您(?:所|要|想)?(?:访问|查看|请求|浏览|打开|查找|要找|找|寻找)的(?:页面|网页|页|内容|文章|信息|地址|资源|栏目|链接)"
    r"|(?:页面|网页)(?:出错|错误|走丢|飞走|无法显示|无法访问|迷路)|(?:错误|出错)(?:页面|提示|信息)|^(?:404|错误|出错了?|抱歉|很抱歉|对不起|提示信息)"
    r"|(?:抱歉|对不起)[，,！!]?(?:您|你|该|此|找|没|页|系统|访问)|404 ?(?:错误|页面|-|–|not found|error)|(?:error|HTTP|错误)(?: ?(?:code|代码|码))?[ :：]*404"
    r"|page (?:was )?not (?:be )?found|not found on this server|does not exist|稿件(?:不存在|已删除)|参数错误|非法参数",
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
    r"(?:暂无|没有|无)(?:相关|任何|符合条件的|您要的)?(?:数据|内容|信息|记录|文章|结果)|共(?:有)?\s*0\s*(?:条|篇|页)|(?:栏目|内容)(?:正在)?(?:建设|更新|整理)中"
)

SCRIPT_WORDS = re.compile(
    r"(?:需要|请|必须|您的浏览器)[^。<]{0,12}(?:启用|开启|打开|允许|支持)[^。<]{0,8}(?:java ?script|js脚本|脚本)|(?:enable|without|requires?|turn on) java ?script",
    re.IGNORECASE,
)

_WORDS = ("政府信息公开", "政务公开", "信息公开")
_KINDS = ("年度报告", "年报", "申请公开", "主动公开")
_WIDE_TITLE = re.compile(r"(?:政府信息|政务信息|信息|政务)公开[^，。；：《》]{0,14}(?:报告|年报)")
_CUT_TITLE = re.compile(r"(?:政府信息|政务信息|信息|政务)公(?:开(?:工作?|年度?|情况?)*)?(?:…+|\.{2,})$")
_OTHER_REPORTS = re.compile(
    r"决算|预算|三公|行政执法|依法行政|法治(?:建设|工作)|(?:企业|市场主体|个体|工商|事业单位法人)[^，。]{0,8}(?:年报|年度报告)|政府工作报告|统计公报|审计|政务新媒体"
    r"|行政复议(?:工作)?年|绩效|环境(?:状况|质量)|应急管理|公开(?:指南|目录|制度|规定|办法|流程|申请表)|申请(?:表|流程|须知)|方案$|计划$|办法$|制度$|意见$|须知$|更多|首页|下一页|上一页|尾页"
)
"""Other annual reports, and other things that stand in a column of reports."""

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


def is_look_alike(title: str) -> bool:
    """
    Whether a title is of a document about such reports, or of another kind of report.

    >>> is_look_alike("关于做好2021年政府信息公开年度报告编制工作的通知"), is_look_alike("2021年政府信息公开工作年度报告")
    (True, False)
    >>> is_look_alike("青槐县绩效评估中心2021年政府信息公开工作年度报告")
    False
    """
    return LOOK_ALIKE.search(title) is not None


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
    if not REPORT_TITLE.search(_SPACES.sub("", column)) or _OTHER_REPORTS.search(title):
        return False
    return _SAYS_REPORT.search(title) is not None or _UNIT_ALONE.fullmatch(title) is not None
