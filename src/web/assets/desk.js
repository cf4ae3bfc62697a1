// The desk's own script: the token of forms for htmx, and questions before deeds that cannot be taken back. Everything
// works without it; keys of a page stand beside what they press (data-key).
(() => {
  "use strict";
  const csrf = document.body.dataset.csrf;

  // Requests of htmx carry the token of the session.
  document.addEventListener("htmx:config:request", (event) => {
    const context = event.detail && event.detail.ctx;
    if (csrf && context && context.request && context.request.headers) {
      context.request.headers["X-CSRF-Token"] = csrf;
    }
  });

  // <form data-confirm="作废后期号不再使用，确定吗？">
  // <form data-least="2" data-least-of="event" data-least-said="…">: so many boxes must be ticked first.
  document.addEventListener("submit", (event) => {
    const { least, leastOf, leastSaid } = event.target.dataset;
    if (least && event.target.querySelectorAll(`input[name="${leastOf}"]:checked`).length < Number(least)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      tell(leastSaid);
      return;
    }
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // A sentence of the page itself, in sight wherever one has scrolled to; it stays until the next key or click.
  let told = null;
  const tell = (sentence) => {
    if (!told) {
      told = document.createElement("p");
      told.className = "flash told-here";
      told.setAttribute("role", "status");
      document.getElementById("main").append(told);
    }
    told.textContent = sentence;
    told.hidden = !sentence;
  };
  document.addEventListener("desk:tell", (event) => tell(event.detail));
  ["keydown", "click"].forEach((kind) => document.addEventListener(kind, () => { if (told) tell(""); }, true));

  // <form data-keeps>: much is typed there. Whoever was signed out meanwhile keeps it, and its files: the session is asked
  // for before anything is sent, and a new one's token is taken over.
  let passed = null;
  let isAsking = false;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-keeps]") || form === passed) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    const page = await fetch(window.location.pathname).then((response) => response.text()).catch(() => null);
    isAsking = false;
    const token = page !== null && new DOMParser().parseFromString(page, "text/html").body.dataset.csrf;
    if (token) {
      form.elements.csrf.value = token;
      passed = form;
      form.requestSubmit(event.submitter);
      passed = null;
      return;
    }
    const said = form.querySelector("[data-kept]") || document.createElement("p");
    said.dataset.kept = "";
    said.className = "bad";
    said.setAttribute("role", "alert");
    const way = document.createElement("a");
    Object.assign(way, { href: "/login", target: "_blank", rel: "noopener", textContent: "在新标签页登录" });
    if (page === null) said.replaceChildren("没有保存：连不上系统，请稍后再按一次。填写的内容还在。");
    else said.replaceChildren("没有保存：登录已过期。请", way, "，再回到本页重新提交；填写的内容还在。");
    form.append(said);
    said.scrollIntoView({ block: "nearest" });
  });

  // The place one is at, in a menu that scrolls sideways.
  const here = document.querySelector("header nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 80;

  // What scrolls sideways can be reached by keyboard.
  document.querySelectorAll(".scroll").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });

  // Keys: one press on an element with data-key, while nobody is typing.
  const isTyping = (target) =>
    target.isContentEditable || (/^(input|textarea|select)$/i.test(target.tagName) && target.type !== "checkbox");
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    // Of a list only the current item is meant, never another one that happens to have the key.
    const key = `[data-key="${CSS.escape(event.key)}"]`;
    const isMeant = (one) => !one.closest(".triage-item") || one.closest(".is-current");
    const known = Array.from(document.querySelectorAll(key));
    const target = document.querySelector(`.is-current ${key}`) || known.find(isMeant);
    if (!target) {
      const here = document.querySelector(".is-current");
      if (known.length > 0 && here) tell(`第${here.dataset.post}号不能这样办，没有改动。`);
      return;
    }
    event.preventDefault();
    if (target.disabled) tell(target.title);
    else if (/^(input|textarea|select)$/i.test(target.tagName)) target.focus();
    else target.click();
  });
})();
