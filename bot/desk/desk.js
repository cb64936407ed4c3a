// What a desk needs of the browser itself: sounds, desktop notifications, files that are uploaded.
window.voxtrailDesk ??= (() => {
  const QUIET = "voxtrail-desk-quiet";
  let context = null;
  const quiet = () => localStorage.getItem(QUIET) === "1";

  // Two short tones for an offer, one for a message, three for what is late. Browsers allow sound after the first click.
  const TUNES = { offer: [660, 880], message: [740], task: [880, 660], late: [440, 440, 440] };
  function play(name) {
    if (quiet() || !TUNES[name]) return;
    context ??= new AudioContext();
    TUNES[name].forEach((hertz, index) => {
      const tone = context.createOscillator(), loud = context.createGain();
      const from = context.currentTime + index * 0.18;
      tone.frequency.value = hertz;
      loud.gain.setValueAtTime(0.0001, from);
      loud.gain.exponentialRampToValueAtTime(0.12, from + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, from + 0.16);
      tone.connect(loud).connect(context.destination);
      tone.start(from);
      tone.stop(from + 0.17);
    });
  }

  function tell(name, title, text) {
    play(name);
    if (document.hidden && "Notification" in window && Notification.permission === "granted" && !quiet()) {
      const shown = new Notification(title, { body: text, tag: `voxtrail-${name}` });
      shown.onclick = () => { window.focus(); shown.close(); };
    }
  }

  async function allow() {
    if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
    return "Notification" in window ? Notification.permission : "denied";
  }

  function toggle() {
    localStorage.setItem(QUIET, quiet() ? "0" : "1");
    allow();
    play("message");
    return quiet();
  }

  async function upload(escalation, file) {
    const answer = await fetch(`/desk/files/${escalation}?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
    const found = await answer.json().catch(() => ({}));
    emitEvent(answer.ok ? "desk_file" : "desk_file_refused", { escalation, ...found });
  }

  function pick(escalation) {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.onchange = () => [...input.files].forEach((file) => upload(escalation, file));
    input.click();
  }

  // Files are dropped on the conversation, or pasted into the reply.
  const target = () => document.querySelector("[data-upload]")?.dataset.upload;
  addEventListener("dragover", (event) => { if (target() && event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!target() || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    [...event.dataTransfer.files].forEach((file) => upload(target(), file));
  });
  addEventListener("paste", (event) => {
    if (target() && event.clipboardData?.files.length) [...event.clipboardData.files].forEach((file) => upload(target(), file));
  });

  // A transcript stays at its end whatever is added to it, or needs room below it, unless somebody has scrolled up to read.
  const NEAR = 40; // px from the end that still count as there
  function follow(log) {
    if (!log) return;
    let there = true, before = 0;
    const settle = () => { if (there) log.scrollTop = log.scrollHeight; };
    log.addEventListener("scroll", () => { // told late: more may have been added since
      const up = log.scrollTop < before;
      before = log.scrollTop;
      if (log.scrollHeight - log.scrollTop - log.clientHeight < NEAR) there = true;
      else if (up) there = false;
    });
    log.addEventListener("load", settle, true); // pictures
    log.addEventListener("end", () => { there = true; settle(); });
    new ResizeObserver(settle).observe(log);
    new MutationObserver(settle).observe(log, { childList: true, subtree: true });
    settle();
  }

  // How long an offer stands counts down here, so that nothing has to be sent for it.
  setInterval(() => {
    for (const label of document.querySelectorAll("[data-left]")) {
      label.dataset.until ??= Date.now() + Number(label.dataset.left) * 1000;
      label.textContent = `${Math.max(0, Math.ceil((Number(label.dataset.until) - Date.now()) / 1000))} s`;
    }
  }, 1000);

  return { play, tell, toggle, pick, follow };
})();
