// The demo page. Everything that people or the bot wrote is put in as text, never as markup.

const API = "/demo/api";
const POLL_MS = 5000;
const RETRY_MS = 1500;
const $ = (id) => document.getElementById(id);

const MODES = {
  off: { tag: "silent", label: "Off", says: "Silent unless somebody asks." },
  reply: { tag: "replies in threads", label: "Reply", says: "Answers in a thread below the message." },
  private: { tag: "answers privately", label: "Private", says: "Only the author sees the answer, and may share it." },
  react: { tag: "marks first", label: "React", says: "Puts a mark on the message; the story comes on request." },
};
const BUTTONS = {
  share: "Share to channel", keep: "Keep to myself", helpful: "Helpful", "not relevant": "Not relevant",
  more: "More like this", why: "Why am I seeing this?", mute: "Mute", dismiss: "Dismiss",
};

let cast = null;
let state = null;
let channel = decodeURIComponent(location.hash.slice(1)) || "digital-health";
let speaker = "amara";
let thread = null;
let busy = false;
let pollTimer = 0;
const drafts = new Map();
const openDetails = new Set();
const unread = new Map();

/* ---- small helpers ---- */

function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function svg(className, ...rects) {
  const ns = "http://www.w3.org/2000/svg";
  const root = document.createElementNS(ns, "svg");
  root.setAttribute("viewBox", "0 0 24 24");
  root.setAttribute("aria-hidden", "true");
  root.setAttribute("class", className);
  for (const [x, y, width, height] of rects) {
    const rect = document.createElementNS(ns, "rect");
    for (const [name, value] of Object.entries({ x, y, width, height, rx: 2 })) rect.setAttribute(name, value);
    root.append(rect);
  }
  return root;
}
const mark = (className = "mark") => svg(className, [3, 6, 12, 4], [9, 14, 12, 4]);

const person = (id) => (id === cast.bot.id ? cast.bot : cast.people.find((p) => p.id === id));
const me = () => person(speaker);
const here = () => state.channels.find((c) => c.id === channel);
const channelName = (c) => (c.direct ? cast.bot.name : `#${c.id}`);
const percent = (share) => (share > 0 && share < 0.01 ? "under 1%" : share > 0.99 && share < 1 ? "over 99%" : `${Math.round(share * 100)}%`);
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
const time = (iso) => new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const pretty = (id) => id.replaceAll("-", " ");

function day(iso) {
  const date = new Date(iso), now = new Date(state.now);
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(date)) / 864e5);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long", year: days > 300 ? "numeric" : undefined });
}

function say(words) {
  $("status").textContent = "";
  requestAnimationFrame(() => { $("status").textContent = words; });
}

function banner(words, kind = "wait") {
  $("banner").hidden = !words;
  $("banner").dataset.kind = kind;
  if ($("banner").textContent !== words) $("banner").textContent = words;
}

/* ---- the server ---- */

class Unready extends Error {}

async function call(path, body) {
  let response;
  try {
    response = await fetch(API + path, body === undefined ? {} : {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Counterpoint": "demo" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unready("The server does not answer. The page goes on by itself when it does.");
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({ detail: "The server gave an answer that is none." }));
  if (response.ok) return answer;
  if (response.status === 503) {
    const words = { loading: `Getting ready: ${answer.detail} …`, failed: `The bot cannot start. ${answer.detail}` };
    throw new Unready(words[answer.state] || answer.detail);
  }
  throw Object.assign(new Error(answer.detail || "That did not work."), { status: response.status });
}

async function refresh(always = false) {
  clearTimeout(pollTimer);
  let wait = POLL_MS;
  try {
    cast ||= await call("/cast");
    const known = state && state.viewer === speaker && state.settings && !always ? `&known=${state.version}` : "";
    const fresh = await call(`/state?speaker=${encodeURIComponent(speaker)}${known}`);
    if (fresh && !busy) show(fresh);
    else if (!fresh) settled();
  } catch (error) {
    if (!(error instanceof Unready)) console.error(error);
    banner(error instanceof Unready ? error.message : "Something went wrong on this page. It tries again.");
    wait = RETRY_MS;
  }
  pollTimer = setTimeout(() => (document.hidden ? (pollTimer = 0) : refresh()), wait);
}

async function act(path, body, { quietly = false } = {}) {
  if (busy) return null;
  busy = true;
  document.body.toggleAttribute("data-busy", true);
  try {
    const fresh = await call(path, { speaker, ...body });
    show(fresh);
    return fresh;
  } catch (error) {
    if (error.status === 409) { busy = false; await refresh(true); }
    if (!quietly) banner(error.message, "wrong");
    return null;
  } finally {
    busy = false;
    document.body.toggleAttribute("data-busy", false);
  }
}

function settled() {
  banner(state?.settings ? "" : "The database cannot be reached. The bot is silent until it is back.", "wrong");
}

/* ---- the page as a whole ---- */

function show(fresh) {
  const before = new Set(state ? state.posts.map((p) => p.id) : fresh.posts.map((p) => p.id));
  const changedViewer = state && state.viewer !== fresh.viewer;
  for (const post of fresh.posts) {
    if (!before.has(post.id) && post.channel !== channel && !changedViewer) unread.set(post.channel, true);
  }
  state = fresh;
  if (!here()) channel = state.channels[0].id;
  if (thread && !state.posts.some((p) => p.id === thread)) thread = null;
  settled();
  renderRail();
  renderRoom();
  renderLog();
  renderComposer();
  if (!$("panel").hidden) renderPanel();
}

function keepFocus(container, rebuild) {
  const key = container.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  rebuild();
  if (key && !container.contains(document.activeElement)) {
    const again = container.querySelector(`[data-key="${CSS.escape(key)}"]`);
    (again || $("text")).focus({ preventScroll: true });
  }
}

function renderRail() {
  const item = (c) => make("li", {}, make("button", {
    type: "button", class: "channel", "data-key": `channel-${c.id}`, "data-mode": c.mode || "none",
    "aria-current": c.id === channel ? "page" : null, onclick: () => go(c.id),
  },
  c.direct ? mark("tiny-mark") : make("span", { class: "hash", text: "#", "aria-hidden": true }),
  make("span", { class: "channel-name", text: c.direct ? cast.bot.name : c.id }),
  unread.get(c.id) ? make("span", { class: "dot" }, make("span", { class: "unseen", text: "new messages" })) : null,
  c.direct || !c.mode ? null : make("span", { class: "channel-mode", text: MODES[c.mode].label.toLowerCase(), "aria-label": `bot: ${MODES[c.mode].tag}` })));
  for (const [list, direct] of [["channels", false], ["directs", true]]) {
    keepFocus($(list), () => $(list).replaceChildren(...state.channels.filter((c) => c.direct === direct).map(item)));
  }
  $("known").textContent = `Knows ${cast.known.tropes} anecdotes and ${cast.known.stories} sourced stories.`;
}

function renderRoom() {
  const c = here();
  $("room-name").textContent = channelName(c);
  $("room-topic").textContent = c.topic;
  const paused = state.settings?.paused;
  $("room-mode").hidden = c.direct || !c.mode;
  $("room-mode").textContent = paused ? "bot paused" : `bot ${MODES[c.mode]?.tag}`;
  $("room-mode").dataset.mode = paused ? "off" : c.mode;
  document.title = `${channelName(c)} · Counterpoint demo`;
}

function go(id) {
  if ($("text").value) drafts.set(channel, $("text").value); else drafts.delete(channel);
  channel = id;
  thread = null;
  unread.delete(id);
  history.replaceState(null, "", `#${id}`);
  $("text").value = drafts.get(id) || "";
  $("log").setAttribute("aria-live", "off");
  $("log").replaceChildren();
  show(state);
  scrollToEnd(true);
  setTimeout(() => $("log").setAttribute("aria-live", "polite"), 300);
  say(`${channelName(here())}, ${state.posts.filter((p) => p.channel === id).length} messages`);
}

/* ---- messages ---- */

function renderLog() {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || !log.querySelector(".post");
  const posts = state.posts.filter((p) => p.channel === channel);
  const ids = new Set(posts.map((p) => p.id));
  const under = new Map();
  for (const post of posts) {
    if (post.thread && ids.has(post.thread)) under.set(post.thread, [...(under.get(post.thread) || []), post]);
  }
  const wanted = [];
  let today = "";
  for (const post of posts.filter((p) => !p.thread || !ids.has(p.thread))) {
    if (day(post.sent_at) !== today) {
      today = day(post.sent_at);
      const words = today;
      wanted.push([`day-${today}`, today, () => make("h3", { class: "day" }, make("span", { text: words }))]);
    }
    const replies = under.get(post.id) || [];
    wanted.push([post.id, JSON.stringify([post, replies, thread === post.id, state.viewer]), () => whole(post, replies)]);
  }
  const old = new Map([...log.children].map((node) => [node.dataset.id, node]));
  let last = null;
  let added = null;
  keepFocus(log, () => {
    const keep = new Set(wanted.map(([id]) => id));
    for (const [id, node] of old) if (!keep.has(id)) node.remove();
    wanted.forEach(([id, signature, build], place) => {
      let node = old.get(id);
      if (!node || node.dataset.signature !== signature) {
        const built = build();
        built.dataset.id = id;
        built.dataset.signature = signature;
        if (node) { added = built; node.replaceWith(built); } else last = built;
        node = built;
      }
      if (log.children[place] !== node) log.insertBefore(node, log.children[place] || null);
    });
  });
  if (!wanted.length) log.replaceChildren(make("p", { class: "empty", "data-id": "empty", text: `Nothing here yet. ${here().topic}.` }));
  if ((last || added) && atEnd) scrollToEnd(!old.size);
  else if (added) added.scrollIntoView({ block: "nearest" });
}

/** To the newest message; a reply that is taller than the room is shown from the message that it answers. */
function scrollToEnd(entering = false) {
  const log = $("log");
  log.scrollTop = log.scrollHeight;
  if (log.scrollHeight <= log.clientHeight + 1) window.scrollTo(0, document.documentElement.scrollHeight);
  const nodes = entering ? [...log.children].filter((node) => node.querySelector(".card")) : [...log.children];
  const answered = nodes.pop();
  const cut = answered ? log.getBoundingClientRect().top - answered.getBoundingClientRect().top : 0;
  if (cut > 0 && (!entering || cut < 200)) log.scrollTop -= cut + 8;
}

function whole(post, replies) {
  const node = make("article", { class: "post", "data-kind": post.kind, "aria-label": spoken(post) }, ...entry(post, true));
  if (replies.length) {
    node.append(make("ol", { class: "thread", "aria-label": "Thread" }, ...replies.map((reply) =>
      make("li", {}, make("article", { class: "post", "data-kind": reply.kind, "aria-label": spoken(reply) }, ...entry(reply, false))))));
  }
  if (thread === post.id) node.classList.add("in-thread");
  return node;
}

function spoken(post) {
  const name = person(post.author).name;
  return `${name}${post.private ? ", only you can see this" : ""}, ${time(post.sent_at)}`;
}

function entry(post, isRoot) {
  const author = person(post.author);
  const isBot = post.author === cast.bot.id;
  const badge = isBot || author.kind === "bot" ? "bot" : author.kind === "guest" ? "guest" : "";
  const own = post.kind === "message" && post.author === speaker && !post.deleted;
  const tools = make("span", { class: "tools" },
    isRoot && !post.deleted && post.kind !== "notice" && !here().direct
      ? make("button", { type: "button", class: "tool", "data-key": `thread-${post.id}`, onclick: () => openThread(post.id), text: "Reply in thread" }) : null,
    own ? make("button", { type: "button", class: "tool", "data-key": `delete-${post.id}`, onclick: () => act("/deletions", { post: post.id }), text: "Delete" }) : null);
  const head = make("div", { class: "post-head" },
    make("span", { class: "name", text: author.name }),
    badge ? make("span", { class: "badge", text: badge }) : null,
    make("time", { datetime: post.sent_at, text: time(post.sent_at) }),
    tools);
  const body = make("div", { class: "post-body" }, head);
  if (post.private && (post.kept || !here().direct)) body.append(make("p", { class: "only-you", text: post.kept ? "Kept here; only you can see this" : "Only you can see this" }));
  if (post.shared_by) body.append(make("p", { class: "only-you", text: `Shared by ${person(post.shared_by).name}` }));
  if (post.reply && post.text) body.append(make("p", { class: "asked" }, "You looked up ", make("q", { text: post.text })));
  if (post.reply) body.append(card(post));
  else if (post.deleted) body.append(make("p", { class: "words gone", text: "This message was deleted." }));
  else body.append(words(post));
  if (post.reacted) {
    body.append(make("button", { type: "button", class: "reaction", "data-key": `reveal-${post.id}`, onclick: () => press(post, "reveal") },
      mark("tiny-mark"), make("span", { text: "There is a sourced story about this. Show me" })));
  }
  if (post.why) body.append(why(post));
  if (post.kind === "notice") body.append(row(post, ["dismiss"]));
  return [avatar(author), body];
}

function avatar(author) {
  if (author.id === cast.bot.id) return make("span", { class: "avatar avatar-bot", "aria-hidden": true }, mark());
  const initials = author.name.split(" ").map((part) => part[0]).join("").slice(0, 2);
  const hue = cast.people.findIndex((p) => p.id === author.id);
  return make("span", { class: "avatar", "data-hue": hue, "aria-hidden": true, text: initials });
}

function words(post) {
  const node = make("p", { class: "words" });
  if (post.kind === "notice") {
    post.text.split(/(`[^`\n]+`)/).forEach((part) => node.append(part.startsWith("`") && part.length > 2 ? make("code", { text: part.slice(1, -1) }) : part));
  } else {
    post.text.split(/(@counterpoint\b)/i).forEach((part) => node.append(/^@counterpoint$/i.test(part) ? make("span", { class: "mention", text: part }) : part));
  }
  return node;
}

function card(post) {
  const { reply } = post;
  const [since, told] = reply.told.startsWith("Since then: ") ? ["Since then: ", reply.told.slice(12)] : ["", reply.told];
  const node = make("div", { class: "card", "data-reply": reply.kind },
    reply.title ? make("h4", { text: reply.title }) : null,
    reply.conceded ? make("p", { class: "conceded", text: reply.conceded }) : null,
    told ? make("p", { class: "told" }, since ? make("strong", { text: since }) : null, told) : null,
    reply.caveat ? make("p", { class: "aside" }, make("strong", { text: "Caveat: " }), reply.caveat) : null,
    reply.because ? make("p", { class: "aside" }, make("strong", { text: "Why this story: " }), reply.because) : null);
  if (reply.sources.length) {
    node.append(make("p", { class: "sources-label", text: reply.sources.length > 1 ? "Sources" : "Source" }),
      make("ol", { class: "sources" }, ...reply.sources.map((source) => make("li", {}, link(source)))));
  }
  node.append(row(post, post.buttons));
  if (post.reasons.length) node.append(reasons(post));
  if (post.note) node.append(make("p", { class: "note", role: "status", text: post.note.replaceAll("`", "") }));
  return node;
}

function link(source) {
  const safe = /^https?:\/\//i.test(source.url);
  if (!safe) return make("span", { text: source.label });
  return make("a", { href: source.url, target: "_blank", rel: "noopener noreferrer", title: source.url, text: source.label });
}

function row(post, buttons) {
  return make("div", { class: "buttons" }, ...buttons.map((name) => {
    const muted = name === "mute" && post.muted;
    const pressed = name === "helpful" ? post.opinion === true : name === "not relevant" ? post.opinion === false : null;
    const isOpen = name === "why" ? openDetails.has(`reasons-${post.id}`) && post.reasons.length > 0 : null;
    return make("button", {
      type: "button", class: name === "share" ? "plain strong" : "plain", "data-key": `${name}-${post.id}`,
      "aria-pressed": pressed === null ? null : String(pressed), "aria-expanded": isOpen === null ? null : String(isOpen),
      title: name === "mute" ? "No more about this anecdote for you" : null,
      onclick: () => press(post, muted ? "unmute" : name), text: muted ? "Unmute" : BUTTONS[name],
    });
  }));
}

function reasons(post) {
  const isOpen = openDetails.has(`reasons-${post.id}`);
  return make("ul", { class: "reasons", hidden: !isOpen }, ...post.reasons.map((line) => make("li", { text: line })));
}

async function press(post, name) {
  if (name === "why") {
    const key = `reasons-${post.id}`;
    if (openDetails.has(key) && post.reasons.length) { openDetails.delete(key); rebuilt(post); return; }
    openDetails.add(key);
    if (post.reasons.length) { rebuilt(post); return; }
  }
  const fresh = await act("/buttons", { post: post.id, button: name });
  const after = fresh?.posts.find((p) => p.id === post.id);
  if (name === "share") say("Shared to the channel");
  if (name === "keep") say("Kept in your direct messages with Counterpoint");
  if (name === "dismiss" && fresh && !after) { say("Taken away"); $("text").focus({ preventScroll: true }); }
}

function rebuilt(post) {
  const node = [...$("log").children].find((child) => child.dataset.id === (post.thread || post.id) || child.dataset.id === post.id);
  if (node) node.dataset.signature = "";
  renderLog();
}

function openThread(id) {
  thread = id;
  renderLog();
  renderComposer();
  $("text").focus();
}

/* ---- why the bot spoke or held back ---- */

const near = (w) => Math.max(w.phrasing?.similarity ?? 0, w.contrast?.similarity ?? 0) > 0.5;
const distant = (w) => w.rule === "recognised" && !w.spoke && w.probability < w.threshold / 3 && !near(w);

function summary(w) {
  if (w.rule === "asked") return "Answered: you asked";
  if (w.spoke) return `Spoke${w.mode === "private" ? ", to its author alone" : ""}: ${percent(w.probability)} sure`;
  if (distant(w)) return "Silent: no anecdote that I know";
  if (w.rule === "recognised") return `Held back: ${percent(w.probability)} sure, speaks from ${percent(w.threshold)}`;
  return `Held back: ${w.reason}`;
}

function why(post) {
  const w = post.why;
  const key = `why-${post.id}`;
  const asked = w.rule === "asked";
  const verb = summary(w);
  const node = make("details", { class: "why", "data-spoke": String(w.spoke), open: openDetails.has(key) },
    make("summary", { "data-key": key }, make("span", { class: "why-mark", "aria-hidden": true }), make("span", { class: "why-words", text: verb }), make("span", { class: "why-more", text: "Why?" })));
  node.addEventListener("toggle", () => {
    if (node.open && !openDetails.has(key)) requestAnimationFrame(() => node.scrollIntoView({ block: "nearest" }));
    if (node.open) openDetails.add(key); else openDetails.delete(key);
  });
  const body = make("div", { class: "why-body" });
  const because = distant(w) || (!w.read && w.rule === "recognised") ? "It does not assert anything that I could answer." : w.rule === "recognised" && !w.spoke ? "I am not sure enough that it asserts the anecdote it looks like." : w.spoke && !asked ? `This channel is set to ${w.mode}, and no rule has anything against it.` : asked ? "Mentions are always answered, up to a limit a person." : sentence(w.reason);
  body.append(make("p", { text: because }));
  if (!w.read) {
    body.append(make("p", { class: "small", text: w.rule === "switched_on" ? "The message was not even read." : "The rule was decided before the words were compared with anything." }));
  } else {
    body.append(make("p", {}, "Looks most like ", make("q", { text: w.trope })), meter(w));
    const facts = make("dl", {});
    const fact = (name, neighbour) => neighbour && facts.append(make("dt", { text: name }), make("dd", {}, make("q", { text: neighbour.text }), make("span", { class: "small", text: ` similarity ${neighbour.similarity.toFixed(2)}` })));
    fact("Nearest phrasing of it", w.phrasing);
    fact("Nearest message that only resembles it", w.contrast);
    body.append(facts);
  }
  if (w.wait_hours) {
    const hours = Math.ceil(w.wait_hours);
    body.append(make("p", {}, make("button", { type: "button", class: "plain", "data-key": `skip-${post.id}`, onclick: () => skip(hours), text: `Skip ahead ${span(hours)}` }), " and say it again."));
  } else if (w.rule === "switched_on" && me().manager) {
    body.append(make("p", {}, make("button", { type: "button", class: "plain", "data-key": `on-${post.id}`, onclick: () => change({ verb: "mode", mode: "reply" }), text: "Turn replies on here" }), " and say it again."));
  }
  node.append(body);
  return node;
}

function meter(w) {
  const bar = make("div", { class: "meter", role: "img", "aria-label": `probability ${percent(w.probability)}, speaks from ${percent(w.threshold)}` },
    make("span", { class: "meter-fill" }), make("span", { class: "meter-line" }));
  bar.style.setProperty("--probability", `${w.probability * 100}%`);
  bar.style.setProperty("--threshold", `${w.threshold * 100}%`);
  return make("div", { class: "meter-row" }, bar, make("span", { class: "small", text: `${percent(w.probability)}; speaks from ${percent(w.threshold)}` }));
}

/* ---- the message box ---- */

function renderComposer() {
  const c = here();
  const who = $("speaker");
  if (!who.options.length) {
    for (const p of cast.people) who.append(make("option", { value: p.id, text: `${p.name} (${p.role})` }));
    $("suggestions").append(make("span", { class: "small", text: "Try" }), ...cast.suggestions.map((s) =>
      make("button", { type: "button", class: "chip", title: s.text, "data-text": s.text, text: s.label, onclick: () => { $("text").value = s.text; grow(); $("text").focus(); } })));
  }
  who.value = speaker;
  $("suggestions").hidden = c.direct || Boolean(thread);
  const root = thread && state.posts.find((p) => p.id === thread);
  $("thread-chip").hidden = !root;
  if (root) {
    $("thread-chip").replaceChildren(
      make("span", { text: `In the thread of ${person(root.author).name}: “${(root.text || root.reply?.title || "").slice(0, 60)}”` }),
      make("button", { type: "button", class: "tool", text: "Leave the thread", onclick: leaveThread }));
  }
  const label = root ? `Reply in the thread of ${person(root.author).name}` : `Message to ${channelName(c)}`;
  $("text-label").textContent = label;
  $("text").placeholder = root ? "Reply in the thread" : c.direct ? "Ask for a story" : `Message ${channelName(c)} as ${me().name.split(" ")[0]}`;
  grow();
}

function leaveThread() {
  thread = null;
  renderLog();
  renderComposer();
  $("text").focus();
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
}

async function send(event) {
  event?.preventDefault();
  const text = $("text").value;
  if (!text.trim() || !state || busy) return;
  $("text").value = "";
  grow();
  const before = new Set(state.posts.map((p) => p.id));
  const fresh = await act("/messages", { channel, text, thread });
  if (!fresh) { if (!$("text").value) $("text").value = text; grow(); return; }
  const added = fresh.posts.filter((p) => !before.has(p.id));
  const sent = added.find((p) => p.kind === "message");
  if (sent?.why && !sent.why.spoke) say(`Counterpoint held back: ${sent.why.reason}`);
  const node = sent?.thread && [...$("log").children].find((child) => child.dataset.id === sent.thread);
  if (node) node.scrollIntoView({ block: "end" });
  else scrollToEnd();
}

/* ---- settings ---- */

const span = (hours) => (hours % 24 ? `${hours} hour${hours === 1 ? "" : "s"}` : `${hours / 24} day${hours === 24 ? "" : "s"}`);
const skip = async (hours) => {
  const fresh = await act("/time", { hours });
  if (fresh) say(`The clock is ${span(hours)} further; it is ${day(fresh.now)}, ${time(fresh.now)}`);
};
const change = async (body) => {
  const fresh = await act("/settings", { channel, ...body });
  if (fresh?.said) say(fresh.said.replaceAll("`", ""));
};

function renderPanel() {
  keepFocus($("panel"), () => {
    const top = $("panel").scrollTop;
    $("panel").replaceChildren(...panel());
    $("panel").scrollTop = top;
  });
}

function panel() {
  const c = here();
  const s = state.settings;
  const parts = [make("div", { class: "panel-head" },
    make("h2", { id: "panel-title", tabindex: "-1", "data-key": "panel-title", text: "Settings" }),
    make("button", { type: "button", class: "plain", "data-key": "panel-close", onclick: () => togglePanel(false), text: "Close" }))];
  if (!s) return [...parts, make("p", { text: "The database cannot be reached, so the settings cannot be shown." })];
  const manager = me().manager;
  const group = (title, ...children) => make("section", {}, make("h3", { text: title }), ...children.filter(Boolean));
  if (!manager) {
    const boss = cast.people.find((p) => p.manager);
    parts.push(make("p", { class: "notice" }, `${me().name} does not manage this channel, so some settings only show. `,
      make("button", { type: "button", class: "plain", "data-key": "as-manager", onclick: () => speakAs(boss.id), text: `Speak as ${boss.name}` })));
  }
  if (!c.direct) {
    const own = s.channels[c.id];
    parts.push(group(`In ${channelName(c)}`,
      make("fieldset", { disabled: !manager }, make("legend", { text: "When I recognise an anecdote" }),
        ...Object.entries(MODES).map(([mode, { label, says }]) => make("label", { class: "choice" },
          make("input", { type: "radio", name: "mode", value: mode, checked: own.mode === mode, "data-key": `mode-${mode}`, onchange: () => change({ verb: "mode", mode }) }),
          make("span", {}, make("strong", { text: label }), ` ${says}`)))),
      mutes("Muted in this channel", own.mutes, true, manager),
      own.quiet.length ? make("p", { class: "small", text: `Gone quiet here, for replies were marked not relevant: ${own.quiet.map(pretty).join(", ")}.` }) : null));
  }
  parts.push(group(me().name, mutes("Muted by me", s.mutes, false, true)));
  parts.push(group("The whole workspace", make("label", { class: "choice" },
    make("input", { type: "checkbox", checked: s.paused, disabled: !manager, "data-key": "pause", onchange: (e) => change({ verb: e.target.checked ? "pause" : "resume" }) }),
    make("span", {}, make("strong", { text: "Pause" }), " No passive replies anywhere; mentions are still answered."))));
  parts.push(group("Time travel",
    make("p", { class: "small", text: `It is ${day(state.now) === "Today" ? "" : day(state.now)} ${new Date(state.now).toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })}${state.ahead_hours ? `, ${span(state.ahead_hours)} ahead` : ""}. Cooldowns go by this clock.`.replace("It is  ", "It is ").replace("It is Today ", "It is ") }),
    make("div", { class: "buttons" }, ...[4, 72, 192].map((hours) => make("button", { type: "button", class: "plain", "data-key": `skip-${hours}`, onclick: () => skip(hours), text: `Skip ${span(hours)}` })))));
  parts.push(group("Statistics", statistics(s.statistics)));
  parts.push(group("Begin anew", make("p", { class: "small", text: "Forgets this workspace: messages, settings, mutes and what was answered." }),
    make("button", { type: "button", class: "plain", "data-key": "forget", onclick: forget, text: "Forget everything" })));
  return parts;
}

function mutes(title, muted, isChannel, allowed) {
  const scope = isChannel ? { here: true } : {};
  const id = isChannel ? "mute-here" : "mute-me";
  const names = muted.map((trope) => make("li", {}, make("span", { text: trope === state.settings.everything ? "everything" : pretty(trope) }),
    make("button", { type: "button", class: "tool", disabled: !allowed, "data-key": `un${id}-${trope}`, "aria-label": `Unmute ${pretty(trope)}`, onclick: () => change({ verb: "unmute", trope, ...scope }), text: "Unmute" })));
  const left = cast.tropes.filter((trope) => !muted.includes(trope.id));
  const pick = make("select", { id, disabled: !allowed, "data-key": id, onchange: (e) => e.target.value && change({ verb: "mute", trope: e.target.value, ...scope }) },
    make("option", { value: "", text: "Mute an anecdote …" }),
    muted.includes(state.settings.everything) ? null : make("option", { value: state.settings.everything, text: "Everything" }),
    ...left.map((trope) => make("option", { value: trope.id, text: pretty(trope.id) })));
  return make("div", { class: "mutes" }, make("label", { for: id, text: title }),
    names.length ? make("ul", {}, ...names) : make("p", { class: "small", text: "Nothing." }), pick);
}

function statistics(s) {
  const rows = (pairs) => pairs.map(([name, value]) => make("tr", {}, make("th", { scope: "row", text: name }), make("td", { text: value })));
  const byCount = (counts) => Object.entries(counts).sort((a, b) => b[1] - a[1]);
  return make("div", {}, make("table", {}, make("caption", { text: "Replies, in the last four weeks" }), make("tbody", {},
    ...rows([["Replies", s.replies], ["Found helpful", s.helpful], ["Found not relevant", s.not_relevant]]),
    ...rows(byCount(s.tropes).map(([trope, count]) => [`· ${pretty(trope)}`, count])))),
  Object.keys(s.holds).length ? make("table", {}, make("caption", { text: "Held back, by rule" }), make("tbody", {}, ...rows(byCount(s.holds)))) : null,
  make("p", { class: "small", text: "Sums only: never by person, never a message." }));
}

async function forget() {
  thread = null;
  openDetails.clear();
  $("log").replaceChildren();
  if (await act("/forget", {})) say("Everything is forgotten; the discussion begins anew");
}

function togglePanel(open) {
  $("panel").hidden = !open;
  $("panel-toggle").setAttribute("aria-expanded", String(open));
  $("app").toggleAttribute("data-panel", open);
  if (open) { renderPanel(); $("panel-title").focus(); } else $("panel-toggle").focus();
}

async function speakAs(id) {
  speaker = id;
  try { sessionStorage.setItem("speaker", id); } catch { /* private windows may have none */ }
  await refresh(true);
  say(`You speak as ${me().name}`);
}

/* ---- light and dark ---- */

function theme(next) {
  const root = document.documentElement;
  if (next) {
    root.dataset.theme = next;
    try { localStorage.setItem("theme", next); } catch { /* not kept */ }
  }
  const dark = (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  $("theme").textContent = dark ? "Light colours" : "Dark colours";
  $("theme").onclick = () => theme(dark ? "light" : "dark");
}

/* ---- begin ---- */

try {
  theme(localStorage.getItem("theme"));
  const known = sessionStorage.getItem("speaker");
  if (known && /^[a-z]{1,20}$/.test(known)) speaker = known;
} catch { theme(null); }
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => theme(null));
$("composer").addEventListener("submit", send);
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  if (event.key === "Escape" && thread) leaveThread();
});
$("speaker").addEventListener("change", (event) => speakAs(event.target.value));
$("panel-toggle").addEventListener("click", () => state && togglePanel($("panel").hidden));
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !$("panel").hidden && $("panel").contains(document.activeElement)) togglePanel(false); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && !pollTimer) refresh(); });
window.addEventListener("hashchange", () => { const id = decodeURIComponent(location.hash.slice(1)); if (state?.channels.some((c) => c.id === id) && id !== channel) go(id); });
banner("Getting ready …");
refresh();
