/* Textrail snippet. Keeps where a visitor came from and fills it into forms. docs/events.md */
(function (w, d) {
  "use strict";
  var s = d.currentScript || d.querySelector("script[data-key]");
  if (!s || w.textrail) return;
  var o = s.dataset, n = function () {};
  if (o.gpc != null && o.gpc !== "false" && navigator.globalPrivacyControl) {
    w.textrail = { track: n, identify: n };
    return;
  }
  var NAME = "_tr", UTM = /^utm_(source|medium|campaign|content|term)$/,
    IDS = /^(gclid|gbraid|wbraid|dclid|gad_source|gad_campaignid|srsltid|fbclid|igshid|msclkid|li_fat_id|ttclid|twclid|rdt_cid|epik|sccid|qclid|yclid|ysclid|irclickid|cjevent|obclid|dicbo|tblci|s_kwcid|ef_id|mc_cid|_hsmi)$/i;

  function id() {
    var b = new Uint8Array(16), t = "", i = 0;
    crypto.getRandomValues(b);
    for (; i < 16; i++) t += (b[i] + 256).toString(16).slice(1);
    return t;
  }
  function load() {
    var c = d.cookie.match(/(?:^|; )_tr=([^;]*)/), t = c && decodeURIComponent(c[1]);
    try { t = t || localStorage.getItem(NAME); } catch (e) {}
    try { return JSON.parse(t) || {}; } catch (e) { return {}; }
  }
  function save() {
    var t = JSON.stringify(m);
    d.cookie = NAME + "=" + encodeURIComponent(t) + "; path=/; max-age=34128000; SameSite=Lax" +
      (o.domain ? "; domain=" + o.domain : "") + (location.protocol === "https:" ? "; Secure" : "");
    try { localStorage.setItem(NAME, t); } catch (e) {}
  }
  function send(name, more) {
    var e = { event_id: id(), name: name, visitor_id: m.v, page_url: location.origin + location.pathname }, k;
    if (m.last && m.last.tr) e.tr = m.last.tr;
    for (k in more) e[k] = more[k];
    var u = new URL("/api/v1/collect", s.src), b = JSON.stringify({ key: o.key, events: [e] });
    if (!(navigator.sendBeacon && navigator.sendBeacon(u, b)))
      fetch(u, { method: "POST", body: b, keepalive: true, mode: "no-cors" }).catch(n);
  }
  function fill(root) {
    var a = root.querySelectorAll ? root.querySelectorAll("input[name^=utm_],input[name=tr]") : [], i = 0, v;
    for (; i < a.length; i++) {
      v = m.last && m.last[a[i].name];
      if (v && a[i].type === "hidden" && !a[i].value) a[i].value = v;
    }
  }

  var m = load(), now = {}, utm = {}, ids = {}, said, out, ref = d.referrer;
  m.v = m.v || id();
  new URLSearchParams(location.search).forEach(function (v, k) {
    if (!v) return;
    v = v.slice(0, 200);
    if (UTM.test(k)) now[k] = utm[k] = said = v;
    else if (k === "tr") now.tr = said = v;
    else if (IDS.test(k)) now[k] = ids[k] = said = v;
  });
  if (said) {
    m.last = now;
    m.first = m.first || now;
  }
  save();
  try { out = !ref || new URL(ref).host !== location.host; } catch (e) { out = true; }
  var mark = location.search + "|" + ref, fresh = said || (out && ref), seen;
  try {
    seen = sessionStorage.getItem(NAME);
    if (fresh || !seen) sessionStorage.setItem(NAME, mark);
  } catch (e) {}
  if (fresh ? seen !== mark : out && !seen)
    send("visit", { tr: now.tr, utm: utm, click_ids: ids, referrer: out ? ref : "" });

  w.textrail = {
    track: function (name, props) { send(name, { properties: props || {} }); },
    identify: function (who) { send("identify", { email: who.email, phone: who.phone }); },
    visitor: m.v, first: m.first || {}, last: m.last || {}
  };
  fill(d);
  new MutationObserver(function () { fill(d); }).observe(d, { childList: true, subtree: true });
  d.addEventListener("submit", function (e) { fill(e.target); }, true);
})(window, document);
