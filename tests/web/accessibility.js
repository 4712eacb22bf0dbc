// Checks that need no tool: names, ids, landmarks, contrast, overflow. Returns what is wrong, in words.
() => {
  const wrong = [];
  const shown = (node) => node.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true });
  const name = (node) => (node.getAttribute("aria-label") || node.textContent || (node.labels && [...node.labels].map((l) => l.textContent).join("")) || "").trim()
    || (node.labels && [...node.labels].map((l) => l.textContent).join("").trim());
  for (const node of document.querySelectorAll("button, a[href], select, textarea, input, summary")) {
    if (!shown(node)) continue;
    const named = ["SELECT", "TEXTAREA", "INPUT"].includes(node.tagName) ? [...node.labels].map((l) => l.textContent.trim()).join("") : name(node);
    if (!named) wrong.push(`no name: ${node.outerHTML.slice(0, 120)}`);
    const box = node.getBoundingClientRect();
    if (node.tagName === "BUTTON" && (box.height < 22 || box.width < 24)) wrong.push(`too small to hit: ${name(node)} ${box.width}x${box.height}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) wrong.push(`id twice: ${id}`);
  for (const node of document.querySelectorAll("[aria-labelledby], [aria-controls], [aria-describedby], label[for]")) {
    for (const attribute of ["aria-labelledby", "aria-controls", "aria-describedby", "for"]) {
      for (const id of (node.getAttribute(attribute) || "").split(" ").filter(Boolean)) if (!ids.includes(id)) wrong.push(`${attribute} points nowhere: ${id}`);
    }
  }
  for (const selector of ["main", "nav[aria-label]", "header", "[role=log][aria-live=polite]", "h1"]) if (!document.querySelector(selector)) wrong.push(`missing: ${selector}`);
  if (!document.documentElement.lang) wrong.push("no language");
  if (document.documentElement.scrollWidth > window.innerWidth) wrong.push(`scrolls sideways: ${document.documentElement.scrollWidth}`);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => { for (let at = node; at; at = at.parentElement) { const colour = rgba(getComputedStyle(at).backgroundColor); if (colour[3] > 250) return colour; } return [255, 255, 255, 255]; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node || seen.has(node) || !shown(node) || node.closest(":disabled, fieldset:disabled, .unseen, option, .skip, noscript")) continue;
    seen.add(node);
    const [a, b] = [luminance(rgba(getComputedStyle(node).color)), luminance(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${node.className} ${node.textContent.slice(0, 40)}`);
  }
  return wrong;
}
