"""Pages as a real browser lays them out, and as axe sees them (the rules of accessibility of deque's axe-core)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--virtual-time-budget=4000")
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
with_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed: npm install --no-save axe-core@4.14.1")

# Looks at the page as a browser has laid it out, and leaves what it saw as JSON in the body.
AUDIT = """
const faults = [], seen = {};
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const rgb = text => { const c = text.match(/[\\d.]+/g).map(Number); return c.length > 3 && c[3] === 0 ? null : c; };
const paper = e => {
  for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c; }
  return [255, 255, 255];
};
let lowest = 99;
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own) continue;
  const a = light(rgb(getComputedStyle(e).color)), b = light(paper(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  lowest = Math.min(lowest, ratio);
}
let level = 0;
for (const h of document.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
  const own = Number(h.tagName[1]);
  if (own > level + 1) faults.push('gap before ' + h.textContent);
  level = own;
}
for (const e of document.querySelectorAll('[id]')) { if (seen[e.id]) faults.push('twice ' + e.id); seen[e.id] = true; }
for (const a of document.querySelectorAll('a')) {
  if (!document.getElementById(a.getAttribute('href').slice(1))) faults.push('leads nowhere ' + a.outerHTML);
  if (!a.textContent.trim()) faults.push('no text ' + a.outerHTML);
}
for (const e of document.querySelectorAll('[aria-labelledby]')) {
  if (!document.getElementById(e.getAttribute('aria-labelledby'))) faults.push('no label ' + e.outerHTML);
}
for (const th of document.querySelectorAll('th')) if (!th.scope) faults.push('no scope ' + th.outerHTML);
for (const t of document.querySelectorAll('table')) if (!t.caption) faults.push('no caption');
for (const e of document.querySelectorAll('.scroll')) {
  if (e.scrollWidth > e.clientWidth && e.tabIndex !== 0) faults.push('not reachable');
}
const found = { faults, lowest, width: document.documentElement.scrollWidth, inner: innerWidth,
  scripts: document.scripts.length, images: document.images.length, title: document.title,
  links: document.querySelectorAll('.matrix a').length, findings: document.querySelectorAll('.finding').length };
parent.postMessage(JSON.stringify(found), '*');
"""
# What axe finds against the rules up to level AA, and its best practices.
RUN_AXE = """
axe.run(document).then(found => parent.postMessage(JSON.stringify(found.violations.map(
  fault => ({ rule: fault.id, places: fault.nodes.map(node => node.html) }))), '*'));
"""
# The page around the frame with what the page in it said.
FRAME = """<!DOCTYPE html><body>
<script>onmessage = message => document.body.append('@@' + message.data + '@@')</script>
<iframe src="inner.html" width="{width}" height="900" style="border:0"></iframe>
"""


def browse(folder: Path, html: str, *flags: str) -> str:
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    assert CHROMIUM is not None
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, file.as_uri()]
    run = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return run.stdout.decode()


def audit(folder: Path, html: str, width: int) -> dict[str, Any]:
    """What a browser finds in a frame of a certain width (a window cannot be as narrow as a telephone)."""
    found: dict[str, Any] = _in_frame(folder, html, width, AUDIT)
    return found


def axe_faults(folder: Path, html: str, width: int) -> list[dict[str, Any]]:
    """The rules that a page breaks at a certain width, each with the places."""
    library = AXE.read_text(encoding="utf-8").replace("</script", r"<\/script")
    found: list[dict[str, Any]] = _in_frame(folder, html, width, f"{library}\n{RUN_AXE}")
    return found


def _in_frame(folder: Path, html: str, width: int, script: str) -> Any:
    page = re.sub(r"<meta http-equiv.*?>", "", html)  # which forbids scripts
    (folder / "inner.html").write_text(page.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    dom = browse(folder, FRAME.format(width=width), "--dump-dom", "--allow-file-access-from-files")
    found = re.search(r"@@([\[{].*[\]}])@@", dom, re.DOTALL)
    assert found is not None, dom[:2000]
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
