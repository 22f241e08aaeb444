// Lighthouse for each address that is given, in one browser: lighthouse.mjs desktop|phone CATEGORIES TIMES ADDRESS...
// One line of JSON an address and time: its scores of 100, what failed, the other hosts that it asked, and
// the bytes that came (these two only where performance is among the categories).
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const [form, categories, times, ...addresses] = process.argv.slice(2);
const chromeFlags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
const chrome = await launch({ chromeFlags });
const onlyCategories = categories.split(",");
const flags = { port: chrome.port, logLevel: "error", disableFullPageScreenshot: true, onlyCategories };
// Only speed needs the slow network and processor of a phone. What a page says is the same on a fast one.
if (!onlyCategories.includes("performance")) flags.throttlingMethod = "provided";

function failed(report) {
  const counted = Object.values(report.categories).filter(({ id }) => id !== "performance").flatMap((one) => one.auditRefs);
  return counted.filter(({ id, weight }) => weight && (report.audits[id].score ?? 1) < 1).map(({ id }) => {
    const found = report.audits[id].details?.items?.map((item) => item.node?.snippet ?? item.description ?? item.url);
    return `${id}: ${report.audits[id].title} ${JSON.stringify(found ?? [])}`;
  });
}

try {
  for (let time = 0; time < Number(times); time += 1) {
    for (const address of addresses) {
      const { lhr } = await lighthouse(address, flags, form === "desktop" ? desktopConfig : undefined);
      if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
      const scores = Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]);
      const asked = lhr.audits["network-requests"]?.details.items ?? [];
      const hosts = [...new Set(asked.map(({ url }) => new URL(url).host))].filter((host) => host !== new URL(address).host);
      const bytes = asked.reduce((sum, { transferSize }) => sum + transferSize, 0);
      console.log(JSON.stringify({ address, scores: Object.fromEntries(scores), failed: failed(lhr), hosts, bytes }));
    }
  }
} finally {
  await chrome.kill();
}
