"""Whether each text can be read on its ground, by axe: half of its time went to texts that it had judged before.

The verdict hangs on how a text is painted and on what lies behind it, which are the elements around it. Where a text has the
same classes, and both are painted alike, it is asked for once at each width in each scheme, and however many pages have it.
What axe found no verdict on is asked again on every page, and so is what floats above other things; but where a picture
lies behind a text, axe never has one.
"""

from collections import defaultdict

from playwright.sync_api import Page

_LOOK = """async (known) => {
  const judged = new Set(known.split(' '));
  const BEHIND = ['backgroundColor', 'backgroundImage', 'opacity', 'filter', 'mixBlendMode', 'transform', 'position', 'zIndex'];
  const NOTHING = 'rgba(0, 0, 0, 0)|none|1|none|normal|none|static|auto';
  const OWN = ['color', 'fontSize', 'fontWeight', 'textShadow', 'webkitTextFillColor'];
  const short = (text) => {  // cyrb53: 53 bits of a text
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      a = Math.imul(a ^ c, 2654435761), b = Math.imul(b ^ c, 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
  };
  const kept = new Map();
  const read = (e) => {
    if (!kept.has(e)) {
      const style = getComputedStyle(e);
      const around = e === document.documentElement ? {behind: '', cut: false, floats: false} : read(e.parentElement);
      const painted = BEHIND.map((name) => style[name]).join('|');
      const off = e.matches(':disabled, [aria-disabled]') || (e.control && e.control.disabled) ? 'off' : '';
      const behind = off || painted !== NOTHING ? short(around.behind + off + painted) : around.behind;
      kept.set(e, {
        behind,
        like: short([behind, e.localName, e.className, ...OWN.map((name) => style[name])].join('|')),
        cut: around.cut || style.clip !== 'auto' || style.clipPath !== 'none',
        floats: !style.backgroundColor.startsWith('rgb(') && (around.floats || /absolute|fixed|sticky/.test(style.position)),
      });
    }
    return kept.get(e);
  };
  const says = (e) => e.matches('input:not([type=radio], [type=checkbox]), select, textarea') || !e.matches('meter')
    && [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const seen = (e) => e.checkVisibility() && !read(e).cut && e.getBoundingClientRect().right > 0;
  const good = new Set(), bad = [];
  const judge = async (open) => {
    if (!open.length) return;
    const {violations, passes, incomplete} = await axe.run({include: open},
      {runOnly: ['color-contrast'], resultTypes: ['violations', 'passes', 'incomplete'], elementRef: true, iframes: false});
    const nodes = (results) => results.flatMap((result) => result.nodes);
    const behind = ({any}) => any.every(({data}) => data && ['bgImage', 'bgGradient'].includes(data.messageKey));
    for (const {element} of [...nodes(passes), ...nodes(incomplete).filter(behind)]) good.add(read(element));
    bad.push(...nodes(violations).map(({target}) => target.join(' ')));
  };
  const open = [...document.querySelectorAll('body, body *')].filter((e) => says(e) && !judged.has(read(e).like) && seen(e));
  const first = new Map(open.toReversed().map((e) => [read(e).like, e]));
  await judge([...first.values()]);
  const told = new Set([...good].map(({like}) => like));
  await judge(open.filter((e) => !told.has(read(e).like) && first.get(read(e).like) !== e));
  return [bad, [...good].filter(({floats}) => !floats).map(({like}) => like)];
}"""

_judged: defaultdict[str, set[str]] = defaultdict(set)
"""Where somebody looked → what was found good there, on any page."""


def unreadable(page: Page, where: str) -> list[str]:
    """Return the texts that cannot be read well, of those that nothing painted alike was judged for."""
    found, good = page.evaluate(_LOOK, " ".join(_judged[where]))
    _judged[where].update(good)
    return found
