"""
What stands around an article on the pages of each family (cms_families.md 3): menus, trails, tables of 索引号, forms, scripts, footers.

Such a page is written as its system and its editors write it: comments for old browsers, elements that never end, tags in capitals,
attributes without quotes, drawings, fields, links to attachments, pictures around the article and in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

__all__ = ["FRAMES", "framed"]

_MENU = "".join(
    f'<li class="nav-item"><a href="{path}" target="_blank" title="{text}">{text}</a></li>\n'
    for text, path in (
        ("首页", "/"), ("政务公开", "/zwgk/"), ("办事服务", "/bsfw/"), ("互动交流", "/hdjl/"), ("走进我县", "/zjwx/"), ("数据开放", "/sjkf/"),
    )
)  # fmt: skip
_COLUMNS = "".join(
    f'<li><a href="/zwgk/{name}/"><span class="icon">&#xe60{number};</span>{text}</a>\n'
    for number, (name, text) in enumerate(
        (
            ("zn", "政府信息公开指南"),
            ("zd", "政府信息公开制度"),
            ("fdzdgk", "法定主动公开内容"),
            ("nb", "政府信息公开年报"),
            ("ysq", "依申请公开"),
        )
    )
)
_SEARCH = """<form name="search" action="/search/s" method=get onsubmit="return check(this) && this.q.value.length > 0;">
<input type="hidden" name="siteCode" value="9901010001"><input type=text name=q value="请输入关键词" onfocus="if(this.value=='请输入关键词')this.value=''">
<select name="type"><option value="0" selected>全文<option value="1">标题</select><input type="image" src="/images/so.gif" width=20 height=20></form>
"""
_SHARE = """<div class="bdsharebuttonbox" data-tag="share_1"><span>分享到：</span><a class="bds_weixin" data-cmd="weixin"></a><a class="bds_tsina" data-cmd="tsina"></a></div>
<script>window._bd_share_config={"common":{"bdSnsKey":{},"bdText":""},"share":{}};with(document)0[(getElementsByTagName('head')[0]||body).appendChild(createElement('script')).src='/js/share.js?'+~(-new Date()/36e5)];</script>
"""
_DRAWING = '<svg width="20" height="20" viewBox="0 0 20 20"><title>返回</title><path d="M10 2L2 10h5v8h6v-8h5z" fill="none"/><text x="1" y="2">顶</text></svg>'
_OLD_BROWSERS = """<!--[if lt IE 9]>
<script src="/js/html5shiv.min.js"></script><div class="upgrade">您的浏览器版本过低</div>
<![endif]-->
<!--[if !IE]><!--><span class="modern"></span><!--<![endif]-->
"""
_COUNTER = """<script type="text/javascript">
<!--
var _trackDataType = 'web'; if (1 < 2 && document.all) { document.write("<scr" + "ipt src='/c.js'></scr" + "ipt>"); }
//-->
</script><noscript><img src="/count.gif?n=1" style="display:none" alt=""></noscript>
"""
_FOOT = """<div class="links"><select onchange="window.open(this.value)"><option>省政府网站<option value="http://www.example/">市政府网站</select></div>
<div style="text-align:center"><p>主办：@unit@&nbsp;&nbsp;承办：政务服务中心&nbsp;&copy;版权所有<p>网站标识码：9901010001　<a href="http://www.example/" target=_blank>
<img src="/images/ga.png" border=0>公安备案 99010102000001号</a>　<a>ICP备99000001号-1</a></p>
<p><span id="_span_jiucuo"><script src="/exposure/jiucuo.js"></script></span><img src="/images/red.png" alt="党政机关" /></div>
"""
_FILES = """<div class="fj"><h4>附件：</h4><ul><li><a href="./P020230119400000000001.docx" appendix="true" download="年度报告.docx">@title@.docx</a>
<li><a href="./P020230119400000000002.pdf">@title@.pdf</a></ul></div>
"""
_TURN = '<div class="turn"><p>上一篇：<a href="./1.html">关于开展安全检查的通知</a></p><p>下一篇：没有了</p></div>\n'
_META = """<meta name="ArticleTitle" content="@title@"><meta name="PubDate" content="2024-01-19 09:30"/>
<META content="@unit@" name=ContentSource><meta name="ColumnType" content="信息公开年报">
"""
_INDEX = """<table class="xxgk_table" border="0" width="100%" cellspacing=0><tbody><tr><td class="t">索引号：</td><td>990101/2024-00017</td>
<td class="t">发布机构：</td><td>@unit@</td></tr><tr><td class="t">组配分类：</td><td>政府信息公开年报</td><td>生成日期：</td><td>2024-01-19</td></tr></table>
"""

_TRS = f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">{_META}<title>@title@_@unit@</title>
<link rel="stylesheet" href="/images/style.css"><style>.TRS_Editor P{{margin:0}} .a > .b{{color:red}}</style><script src="/js/jquery.js"></script>
{_OLD_BROWSERS.partition("<!--[if !IE]")[0]}</head>
<body>
{_OLD_BROWSERS}<header><div class="top"><a href="/"><img src="/images/logo.png" alt="@unit@"></a>{_SEARCH}</div><nav class="topnav"><ul>{_MENU}</ul></nav></header>
<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="../../">政务公开</a> &gt; <a href="../">政府信息公开年报</a></div>
<div class="main"><h1>@title@</h1><div class="info">发布时间：2024-01-19 09:30&emsp;来源：@unit@&emsp;字号：[<a href="javascript:doZoom(18)">大</a> <a>中</a>]</div>
{_SHARE}<div class="view TRS_UEDITOR trs_paper_default trs_web"><div class="TRS_Editor">@article@</div></div>
{_FILES}{_TURN}</div>
<footer>{_FOOT}</footer>{_COUNTER}</body>
</html>
"""
_HANWEB = f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<HTML><HEAD><META http-equiv=Content-Type content="text/html; charset=utf-8">{_META}<TITLE>@unit@ @title@</TITLE>
<LINK rel=stylesheet href="/css.css"></HEAD>
<BODY leftMargin=0 topMargin=0>
<TABLE width=1000 border=0 align=center cellPadding=0 cellSpacing=0><TR><TD><IMG src="/picture/0/banner.jpg" width=1000 height=180></TD></TR>
<TR><TD bgColor=#c00><a href="/">首页</a> | <a href="/col/col1/index.html">政务公开</a> | <a href="/col/col2/index.html">办事服务</a>{_SEARCH}</TABLE>
<TABLE width=1000 border=0 align=center><TR><TD width=200 vAlign=top><iframe src="/module/xxgk/tree.jsp?area=11990101" width=200 height=600 frameBorder=0></iframe></TD>
<TD vAlign=top>{_INDEX}<TABLE width="100%"><TR><TD align=center class=title><!--<$[标题]>begin-->@title@<!--<$[标题]>end--></TD></TR>
<TR><TD align=center>发布日期：2024-01-19　浏览次数：<script language="javascript" src="/module/visitcount/articlehits.jsp?colid=1&artid=2"></script>　字体：[ <a href="javascript:doZoom(16)">大</a> ]
<TR><TD class="bt_content"><div id="zoom"><!--ZJEG_RSS.content.begin--><meta name="ContentStart">@article@<meta name="ContentEnd"><!--ZJEG_RSS.content.end--></div></TD></TR></TABLE>
{_FILES}</TD></TR></TABLE>
{_FOOT}{_COUNTER}</BODY></HTML>
"""
_UCAP = f"""<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="UTF-8"/>{_META}<meta name="channelId" content="0123456789abcdef0123456789abcdef"><title>@title@</title></head>
<body class="page-detail">
<div class="wrap"><div class="head">{_DRAWING}<ul class="menu">{_MENU}</ul>{_SEARCH}</div>
<div class="position"><span>您所在的位置：</span><a href="/">首页</a><i> / </i><a href="../list.shtml">政府信息公开年报</a></div>
<div class="detail"><div class="index">{_INDEX}</div><h2 class="detail-title"><UCAPTITLE>@title@</UCAPTITLE></h2>
<div class="detail-info"><span>来源：<a>@unit@</a></span><span>浏览次数：<b id="hits"></b></span><button type="button" onclick="window.print()">打印</button></div>
<div class="article_content" id="UCAP-CONTENT"><UCAPCONTENT>@article@</UCAPCONTENT></div>
<div class="clear"></div>{_FILES}</div>{_SHARE}</div>
<div class="footer">{_FOOT}</div><object id="v" classid="clsid:0"><param name=a value=b></object>
</body></html>
"""
_LONGXUN = f"""<!DOCTYPE html>
<html><head><meta http-equiv="X-UA-Compatible" content="IE=edge,chrome=1">{_META}<title>@title@-@unit@</title></head><body>
<input type="hidden" id="siteId" value="6789"><div class="header"><div class="logo"></div>{_SEARCH}</div>
<div class="container"><div class="leftnav"><ul>{_COLUMNS}</ul></div>
<div class="xxgk_nav_con"><div class="table_suoyin">{_INDEX}</div><h1 class="wztit">@title@</h1><div class="fx">{_SHARE}</div>
<div class="j-fontContent wzcon newscontnet minh500" id="J_content"><!-- 正文 -->@article@<p style="text-align:center"><img src="/group6/M00/01/chart.png" alt="图" style="width:600px;"></p></div>
<div class="ewm"><img src="/public/qr?id=1" alt="扫一扫"><span>扫一扫在手机打开当前页</span></div>{_TURN}</div></div>
{_FOOT}<script>Ls.pagination({{"a": "<div>"}});</script></body></html>
"""
_NFCMS = f"""<!doctype html><html><head><meta charset="utf-8">{_META}<title>@title@</title><script>window._CONFIG = {{SID: '200001'}};</script></head>
<body><div class="mobile-head"><nav><ul>{_MENU}</ul></nav></div><main><section class="article">
<div class="article-title"><h1 class="title document-number">@title@</h1></div><div class="article-info"><p>来源：@unit@<p>时间：2024-01-19</div>
<div class="article-content" id="zoomcon">@article@</div><div class="fujian">{_FILES}</div></section><aside class="sidebar">{_COLUMNS}</aside></main>
<footer class="footer">{_FOOT}</footer></body></html>
"""
_VSB = f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<HTML><HEAD><META charset="utf-8">{_META}<TITLE>@title@-@unit@</TITLE><!--Announced by Visual SiteBuilder 9--></HEAD>
<BODY><div class="dqwz">当前位置: <a href="../../index.htm">首页</a>&nbsp;&gt;&nbsp;正文</div>
<script language="javascript" src="/system/resource/js/dynclicks.js"></script>
<form name="_newscontent_fromname"><div><h1 align="center">@title@</h1><div class="xx">作者：　来源：@unit@　点击：[<script>_showDynClicks("wbnews", 1, 2)</script>]</div>
<div id="vsb_content_2"><div class="v_news_content">@article@</div></div><div id="div_vote_id"></div>
<p>附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=2" target="_blank">年度报告.doc</a>】已下载<span id="nattach2"><script>getClickTimes(2,1,"wbnewsfile","attach")</script></span>次</p></div></form>
{_FOOT}</BODY></HTML>
"""
_STATIC = f"""<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>@title@</title>
<style type="text/css"><!-- td {{font-size:14px}} --></style>
</head>
<body bgcolor=#ffffff topmargin=0>
<center><img src=images/top.jpg width=980><br><font color=red size=2>今天是<script>document.write(new Date())</script></font>
<marquee scrollamount=3>欢迎访问@unit@网站</marquee></center>
<ul>{_COLUMNS}</ul>
<div align=center><font size=5><b>@title@</b></font><hr size=1 width=90%></div>
<div class=content>@article@</div>
<p align=right><a href="javascript:window.close()">【关闭窗口】</a>
<hr>
{_FOOT}
</body>
</html>
"""
_CLUSTER = f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"/>{_META}<title>@title@</title></head>
<body><div id="app"><div class="el-header">{_DRAWING}<ul>{_MENU}</ul></div>
<div class="el-main"><div class="breadcrumb"><a href="/">首页</a></div><div class="xl_con"><div class="xl_tit">@title@</div>
<p class="xl_time">2024-01-19 09:30:00 来源：@unit@</p><article><div class="xl_txt" data-v-1a2b3c>@article@</div></article></div></div></div>
<video controls><source src="a.mp4"></video>{_FOOT}</body></html>
"""

FRAMES: Mapping[str, str] = {
    "trs": _TRS, "hanweb": _HANWEB, "ucap": _UCAP, "longxun": _LONGXUN, "nfcms": _NFCMS, "vsb": _VSB, "static": _STATIC, "cluster": _CLUSTER,
}  # fmt: skip
"""A page of each family, with a place for its title, for the unit and for the article."""


def framed(family: str, article: str, *, title: str, unit: str) -> bytes:
    """
    A page of a family around an article; that of old static pages is in GB18030.

    >>> framed("vsb", "<p>7</p>", title="年度报告", unit="某县").decode().count("<p>7</p>")
    1
    """
    page = FRAMES[family].replace("@title@", escape(title)).replace("@unit@", escape(unit)).replace("@article@", article)
    return page.encode("gb18030" if family == "static" else "utf-8")
