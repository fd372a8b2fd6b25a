// How a question looks, in a shadow root. The owner's page sets --ask-accent, --ask-bg, --ask-ink, --ask-font, --ask-r.
// Constructed style sheets are allowed under every Content-Security-Policy: they are neither inline nor fetched.

export const CSS = `:host{all:initial;--r:var(--ask-r,8px);position:fixed;z-index:2147483646;bottom:24px;right:24px;
font:16px/1.4 var(--ask-font,system-ui,sans-serif);color:var(--ink)}
:host(.left){right:auto;left:24px}
:host(.inside){position:static;display:block}
:host(.side){bottom:50%;right:0}
:host(.side.left){right:auto;left:0}
:host(.over){inset:0}
*{box-sizing:border-box;margin:0;border-radius:var(--r)}
section{position:relative;width:360px;max-width:100%;padding:16px;background:var(--bg);border:1px solid var(--line)}
section.wide{width:552px}
section>*+*{margin-top:12px}
h2{font-size:17px;line-height:1.35;padding-inline-end:44px;margin:0}
button,textarea,input{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);padding:0 14px}
button,label{min-height:44px}
button,label{cursor:pointer}
button:hover,label:hover{background:var(--soft)}
.x,.q,.bare button{border:0;background:none;color:var(--ink2)}
.x{position:absolute;top:4px;inset-inline-end:4px;width:44px;padding:0;font-size:20px}
.sc{display:grid;grid-template-columns:repeat(var(--k),1fr);gap:3px}
.sc button{padding:0;min-width:0}
svg{width:36px;vertical-align:middle;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;
stroke-linejoin:round}
.on .star{fill:currentColor}
.ends,.end,label,.bar{display:flex;justify-content:space-between;gap:12px;align-items:center}
.ends,.note{font-size:13px;color:var(--ink2)}
label{justify-content:start;padding:6px 12px;border:1px solid var(--line);margin-bottom:6px}
label input{width:18px;height:18px;flex:none;accent-color:currentColor}
.go,.on,label:has(:checked){background:var(--a);border-color:var(--a);color:var(--on);font-weight:600}
.go{margin-inline-start:auto}
.bare .on{background:none;color:var(--a)}
.go:disabled{background:var(--soft);border-color:var(--line);color:var(--ink2)}
.q{text-decoration:underline}
textarea,.line{width:100%;padding:10px 12px}
textarea{min-height:92px}
.bad{border-inline-start:3px solid;padding-inline-start:10px}
:focus-visible{outline:2px solid var(--a);outline-offset:2px}
.layer{position:absolute;inset:0;cursor:crosshair}
.bar{padding:6px 16px;background:#15181be6;color:#fff;border-radius:0;pointer-events:none}
.bar button{background:none;pointer-events:auto}
.mark{position:absolute;outline:3px solid var(--a);box-shadow:0 0 0 6px var(--bg);pointer-events:none}
:host(.narrow.ask:not(.over)){inset:auto 0 var(--kb,0)}
:host(.narrow) section{width:auto;max-height:60vh;overflow:auto;border-width:1px 0 0;border-radius:12px 12px 0 0}
:host(.narrow) .many{grid-template-columns:repeat(6,1fr)}
@media (prefers-reduced-motion:no-preference){section{animation:i .15s}
@keyframes i{from{opacity:0;transform:translateY(8px)}}}
@media print{:host{display:none}}`;
