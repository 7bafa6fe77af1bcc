"""Domains whose mailboxes anybody can have: sharing one makes no company. Pure."""

FREE_MAIL_DOMAINS = frozenset({
    "126.com", "163.com", "aol.com", "bigpond.com", "bluewin.ch", "btinternet.com",
    "comcast.net", "cox.net", "duck.com", "earthlink.net", "email.com", "fastmail.com",
    "fastmail.fm", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com",
    "gmx.de", "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com",
    "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "icloud.com", "inbox.com",
    "laposte.net", "libero.it", "live.co.uk", "live.com", "live.de", "live.fr", "mac.com",
    "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr", "outlook.com",
    "outlook.de", "outlook.fr", "pm.me", "proton.me", "protonmail.ch", "protonmail.com",
    "qq.com", "rediffmail.com", "rocketmail.com", "sbcglobal.net", "sfr.fr", "shaw.ca",
    "sky.com", "t-online.de", "telus.net", "tutanota.com", "verizon.net", "virginmedia.com",
    "wanadoo.fr", "web.de", "xtra.co.nz", "yahoo.ca", "yahoo.co.in", "yahoo.co.jp",
    "yahoo.co.uk", "yahoo.com", "yahoo.com.au", "yahoo.com.br", "yahoo.de", "yahoo.es",
    "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "ymail.com", "zoho.com",
})  # fmt: skip
"""The large providers of free mailboxes, in lower case."""
