// Triage by keyboard: j and k move through the list, v or a blank ticks an item for a deed on several (with shift all from
// the last one), c chooses the item that d and m refer to, u takes back the last deed done on this page, ? explains. All
// other keys press what stands on the page (data-key, desk.js).
(() => {
  "use strict";
  const list = document.getElementById("triage");
  const items = () => Array.from(list ? list.querySelectorAll(".triage-item") : []);
  let current = "";
  let chosen = "";

  const show = (item, scrolls) => {
    items().forEach((other) => other.classList.toggle("is-current", other === item));
    if (!item) return;
    current = item.id;
    if (!scrolls) return;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  };
  const move = (by) => {
    const all = items();
    const at = all.findIndex((item) => item.id === current);
    show(all[Math.min(Math.max(at + by, 0), all.length - 1)], true);
  };
  // The number of the chosen item stands in the fields of all others, where whoever uses no keys writes it.
  const offer = () => {
    if (!chosen) return;
    items().forEach((item) => {
      const isChosen = item.dataset.post === chosen;
      item.classList.toggle("is-chosen", isChosen);
      const field = item.querySelector("input[name=of]");
      if (field && !isChosen) field.value = chosen;
    });
  };
  const isTyping = (target) => /^(input|textarea|select)$/i.test(target.tagName) && target.type !== "checkbox";

  // Boxes of the list belong to the form of the deeds on several (#bulk).
  const boxes = () => items().flatMap((item) => Array.from(item.querySelectorAll("input[form=bulk]")));
  let last = null;
  const count = () => {
    const shown = document.querySelector("#bulk [data-count]");
    if (shown) shown.textContent = boxes().filter((box) => box.checked).length;
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog && dialog.showModal) dialog.showModal();
    const item = event.target.closest(".triage-item");
    if (item) show(item, false);
    const all = boxes();
    const to = all.indexOf(event.target);
    if (to < 0) return;
    const from = event.shiftKey ? all.indexOf(last) : -1;
    if (from >= 0) {
      all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((box) => { box.checked = event.target.checked; });
    }
    last = event.target;
    count();
  });
  // What was done on this page, the latest last: of which post by which deed it is taken back, or the sentence that says
  // why it is not. A refused deed did nothing, so that there is nothing to take back at once.
  const deeds = [];
  let isRefused = false;
  const note = (item) => {
    const { came, backPost: post, backBy: by } = item.dataset;
    isRefused = came === "refused";
    if (came === "done") deeds.push({ post, by });
    if (came === "taken") {
      const at = deeds.findLastIndex((deed) => deed.post === item.dataset.post);
      if (at >= 0) deeds.splice(at, 1);
    }
  };
  const tell = (sentence) => document.dispatchEvent(new CustomEvent("desk:tell", { detail: sentence }));
  const takeBack = () => {
    const deed = deeds[deeds.length - 1];
    if (isRefused) {
      isRefused = false;
      tell(`刚才没有办成，没有可撤回的${deed ? "；再按一次 u，撤回之前办成的" : ""}。`);
    } else if (deed && !deed.post) {
      deeds.pop();
      tell(`${deed.by}${deeds.length > 0 ? "；再按一次 u，撤回再之前办的" : ""}。`);
    } else if (deed) {
      const item = document.getElementById(`p${deed.post}`);
      const button = item && item.querySelector(`button[formaction$="/${deed.by}"]`);
      if (!button) {
        deeds.pop();
        tell(`第${deed.post}号不在这一页，请打开它的页面撤回。`);
        return;
      }
      show(item, true);
      button.click();
    } else {
      const own = document.querySelector("[data-takes-back]") ||
        (items().length === 1 && items()[0].querySelector('button[formaction$="/undo"]'));
      if (own) own.click();
      else tell("在这一页还没有办过，没有可撤回的；以前的更正请点那一条的“撤回更正”。");
    }
  };
  // Where a blank does nothing else.
  const isBlank = (event) =>
    event.key === " " && (event.target === document.body || event.target.classList.contains("triage-item"));
  if (!list || items().length === 0) return;
  show(items()[0], false);
  count();
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    // One item on the page: j and k are the links to its neighbours.
    if ((event.key === "j" || event.key === "k") && items().length > 1) {
      event.preventDefault();
      move(event.key === "j" ? 1 : -1);
    } else if (event.key === "v" || event.key === "V" || isBlank(event)) {
      const box = document.querySelector(".is-current input[form=bulk]");
      if (!box) return;
      event.preventDefault();
      box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: event.shiftKey }));
    } else if (event.key === "u") {
      event.preventDefault();
      takeBack();
    } else if (event.key === "c") {
      const item = document.getElementById(current);
      chosen = item ? item.dataset.post : "";
      offer();
    }
  });
  // A deed puts a new element in the place of the item: it is the current one as before.
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => Array.from(change.addedNodes));
    added.filter((node) => node.dataset && node.dataset.came).forEach(note);
    const form = added.find((node) => node.classList && node.classList.contains("label-form"));
    if (form) form.querySelector("select").focus();
    if (!list.querySelector(".is-current")) show(document.getElementById(current) || items()[0], false);
    offer();
    count();
  }).observe(list, { childList: true, subtree: true });
})();
