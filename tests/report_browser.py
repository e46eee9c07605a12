"""tests/report_browser.py: pages of `fogsim report` in headless Chromium.

A page of a small run, one of a sweep's worth of points, and one of a database by somebody who wishes
us ill: no error on the console, figures visible, contents that lead somewhere, nothing wider than a
phone, all of it on paper, words that stand out from their ground in the light and in the dark.

    FOGSIM=build/fogsim /usr/bin/python3 tests/report_browser.py [PAGE.html ...]

PAGE.html: these instead. Wants the packages chromium, chromium-driver, python3-selenium and
poppler-utils; without one of them it fails and says so.
"""
import base64
import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    sys.exit("report_browser: want the package python3-selenium (make check installs it)")

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOGSIM = os.path.realpath(os.environ.get("FOGSIM", ROOT / "build" / "fogsim"))
PHONE, DESK, PAPER = 360, 1280, 703  # CSS pixels; A4 less its margins is 186 mm
EVIL = "<script>alert(1)</script>"
LONG = "a-very-long-name-" * 12


# ---- pages

def fogsim(*words, cwd):
    done = subprocess.run([FOGSIM, *map(str, words)], cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"report_browser: fogsim {words[0]}: {done.stderr}")


def run_small(folder, db, *more):
    fogsim("run", ROOT / "scenarios" / "jetson2.json", "--model", "alexnet", "--model", "nin",
           "--replications", 2, "--db", db, "--quiet", *more, cwd=folder)


def page_of_run(folder):
    run_small(folder, "run.db")
    fogsim("report", "run.db", cwd=folder)
    return folder / "run.html"


def page_of_points(folder):
    """Sixty points, each with the rows of one run."""
    run_small(folder, "points.db", "--scheme", "dina", "--scheme", "rand", "--set", "record=tasks")
    db = sqlite3.connect(folder / "points.db")
    runs = db.execute("SELECT max(run_id) + 1 FROM run").fetchone()[0]
    for point in range(1, 60):
        for table in ("run", "summary", "metric", "node", "link"):
            columns = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')][1:]
            names = ", ".join(columns)
            db.execute(f'INSERT INTO "{table}"(run_id, {names}) SELECT run_id + ?, {names} FROM "{table}"'
                       " WHERE run_id < ?", (point * runs, runs))
        db.execute("UPDATE run SET point = json_object('nodes.fog.count', ?, 'links.default.rate', '10 Mbit/s')"
                   " WHERE run_id >= ?", (point + 1, point * runs))
    db.execute("UPDATE run SET point = json_object('nodes.fog.count', 1, 'links.default.rate', '10 Mbit/s')"
               " WHERE run_id < ?", (runs,))
    db.commit()
    db.close()
    fogsim("report", "points.db", cwd=folder)
    return folder / "points.html"


def page_of_evil(folder):
    run_small(folder, "evil.db", "--scheme", "dina", "--scheme", "rand")
    db = sqlite3.connect(folder / "evil.db")
    db.execute("UPDATE run SET scheme = ? WHERE scheme = 'rand'", (EVIL,))
    db.execute("UPDATE run SET model = ? WHERE model = 'nin'", (LONG,))
    db.execute("UPDATE run SET scenario = ?, point = ?", (f"</title>{EVIL}", f'{{"{EVIL}": "<img src=x onerror=alert(2)>"}}'))
    db.execute("UPDATE node SET device = ?", (f"'\"><svg onload=alert(3)>{LONG}",))
    db.execute("INSERT INTO document VALUES('sweep', 'x', ?)", (f'{{"vary": {{"{LONG}": "<a href=http://evil/>"}}}}',))
    db.commit()
    db.close()
    fogsim("report", "evil.db", cwd=folder)
    return folder / "evil.html"


# ---- browser

def want_proc():
    """Chromium does not start without /proc; in a bare chroot it is mounted, for this process alone."""
    again = "FOGSIM_BROWSER_PROC"
    if os.path.exists("/proc/self/exe"):
        return
    if os.environ.get(again):
        sys.exit("report_browser: want /proc for Chromium (mount -t proc proc /proc), cannot mount it")
    os.environ[again] = "1"
    os.execvp("unshare", ["unshare", "--mount", "sh", "-c", 'mount -t proc proc /proc; exec "$@"', "sh",
                          sys.executable or "/usr/bin/python3", __file__, *sys.argv[1:]])


@contextlib.contextmanager
def browser(folder):
    for program in ("chromium", "chromedriver", "pdfinfo", "pdftotext"):
        if not shutil.which(program):
            sys.exit(f"report_browser: want {program}: install chromium, chromium-driver and poppler-utils "
                     "(make check does)")
    options = Options()
    # Root has no sandbox; a container may have little of /dev/shm and no GPU.
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                 "--disable-extensions", "--disable-background-networking", f"--user-data-dir={folder}/profile"):
        options.add_argument(word)
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    os.environ["HOME"] = str(folder)  # what Chromium keeps
    try:
        driver = webdriver.Chrome(options=options, service=Service(
            executable_path=shutil.which("chromedriver"), log_path=f"{folder}/driver.log"))
    except WebDriverException as error:
        log = pathlib.Path(f"{folder}/driver.log")
        told = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        sys.exit(f"report_browser: Chromium does not start: {error.msg}\n{told}")
    driver.set_script_timeout(300)  # a busy machine is no fault
    try:
        yield driver
    finally:
        driver.quit()


def show(driver, width, media="screen", theme="light"):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == PHONE})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [
        {"name": "prefers-color-scheme", "value": theme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})
    # What is folded is unlocked with the next frame, not with the next question.
    driver.execute_async_script("const done = arguments[0]; "
                                "requestAnimationFrame(() => requestAnimationFrame(() => done()))")


def fold(driver, is_open):
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = arguments[0])", is_open)


# ---- checks: each gives the faults that it finds

def console(driver):
    return [f"console: {entry['level']}: {entry['message']}" for entry in driver.get_log("browser")]


def nothing_runs(driver):
    return driver.execute_script("""
        const faults = [];
        if (document.scripts.length) faults.push('it has a script');
        for (const e of document.querySelectorAll('*')) for (const a of e.attributes) {
            if (a.name.startsWith('on')) faults.push(`${e.tagName} has ${a.name}`);
            const is_link = ['src', 'href', 'srcset', 'action', 'data'].includes(a.name);
            if (is_link && !a.value.startsWith('#') && !a.value.startsWith('data:')) faults.push(`it loads ${a.value}`);
        }
        return faults;""")


def figures(driver):
    return driver.execute_script("""
        const faults = [], all = [...document.images];
        if (all.length < 3) faults.push(`want three figures or more, have ${all.length}`);
        for (const i of all) {
            const box = i.getBoundingClientRect(), name = i.closest('figure')?.parentElement.querySelector('h3')?.textContent;
            if (!i.complete || !i.naturalWidth) faults.push(`figure ${name} is no picture`);
            if (box.width < 100 || box.height < 100) faults.push(`figure ${name} is ${box.width} x ${box.height}`);
            if (!i.alt) faults.push(`figure ${name} has no alt`);
            if (!i.closest('figure')?.querySelector('figcaption')?.textContent) faults.push(`figure ${name} has no caption`);
        }
        if (document.body.textContent.includes('could not be drawn')) faults.push('a figure could not be drawn');
        return faults;""")


def contents(driver):
    faults = []
    links = driver.execute_script("return [...document.querySelectorAll('nav a')].map(a => a.getAttribute('href'))")
    if len(links) < 8:
        faults.append(f"want eight links or more in the contents, have {len(links)}")
    for link in links:
        driver.execute_script("window.scrollTo(0, 0)")
        driver.execute_script(f"document.querySelector('nav a[href=\"{link}\"]').click()")
        top = driver.execute_script("return document.getElementById(arguments[0])?.getBoundingClientRect().top", link[1:])
        if top is None or not -1 <= top < 800:
            faults.append(f"{link} leads nowhere (top {top})")
    return faults


def width(driver, want):
    """The page is no wider than its window; what is wider has a box that scrolls."""
    have = driver.execute_script("return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    return [f"{have} px wide in a window of {want}"] if have > want else []


def structure(driver):
    return driver.execute_script("""
        const faults = [];
        let last = 0;
        for (const h of document.querySelectorAll('h1, h2, h3, h4')) {
            const level = +h.tagName[1];
            if (level > last + 1) faults.push(`heading ${h.textContent}: ${last} is followed by ${level}`);
            last = level;
        }
        if (document.querySelectorAll('h1').length !== 1) faults.push('want one h1');
        for (const th of document.querySelectorAll('th')) if (!th.scope) faults.push(`th ${th.textContent} has no scope`);
        for (const t of document.querySelectorAll('table')) {
            if (!t.caption) faults.push('a table has no caption');
            const widths = new Set([...t.tBodies[0].rows].map(r => [...r.cells].reduce((n, c) => n + c.colSpan, 0)));
            const head = [...t.tHead.rows].at(-1), first = t.tHead.rows[0];
            const columns = [...first.cells].reduce((n, c) => n + c.colSpan, 0);
            if (widths.size > 1 || (widths.size && !widths.has(columns)))
                faults.push(`table ${t.caption?.textContent}: rows of ${[...widths]} cells under ${columns}`);
        }
        const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
        if (new Set(ids).size !== ids.length) faults.push('an id is there twice');
        return faults;""")


def contrast(driver):
    """WCAG 2.1, 1.4.3: 4.5 to 1 between every word and its ground."""
    return driver.execute_script("""
        const channel = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
        const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
            return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
        const faults = new Set();
        for (const e of document.querySelectorAll('body *')) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
            let ground = e;
            while (ground && getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
            const a = light(getComputedStyle(e).color), b = light(getComputedStyle(ground ?? document.body).backgroundColor);
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) faults.add(`${e.tagName} ${e.className}: contrast ${ratio.toFixed(2)}`);
        }
        return [...faults];""")


def paper(driver):
    """On screen as it is on paper: nothing folded, nothing past the edge."""
    return driver.execute_script("""
        const faults = [], edge = window.innerWidth + 1;
        for (const d of document.querySelectorAll('details')) {
            const last = d.lastElementChild;
            if (!last.checkVisibility({contentVisibilityAuto: true}) || last.getBoundingClientRect().height < 1)
                faults.push(`folded: ${d.querySelector('summary').textContent}`);
        }
        for (const e of document.querySelectorAll('table, img, pre')) {
            const right = e.getBoundingClientRect().right;
            if (right > edge) faults.push(`cut: ${e.caption?.textContent ?? e.tagName}: ${right} of ${edge}`);
        }
        return faults;""")


def pdf(driver, folder, page):
    """Printed: pages, and among their words those that the screen keeps folded."""
    out = folder / (page.stem + ".pdf")
    done = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "paperWidth": 8.27, "paperHeight": 11.69})
    out.write_bytes(base64.b64decode(done["data"]))
    info = subprocess.run(["pdfinfo", out], capture_output=True, text=True, check=True).stdout
    text = subprocess.run(["pdftotext", out, "-"], capture_output=True, text=True, check=True).stdout
    pages = int(info.split("Pages:")[1].split()[0])
    faults = [] if pages >= 2 else [f"printed on {pages} pages"]
    folded = driver.execute_script("return [...document.querySelectorAll('details caption, details pre')].map(e => e.textContent)")
    laid_out = subprocess.run(["pdftotext", "-layout", out, "-"], capture_output=True, text=True, check=True).stdout
    names = driver.execute_script("return [...document.querySelectorAll('h3[id^=figure-]')].map(e => e.textContent)")
    for ends_with in (part.rstrip().rpartition("\n")[2] for part in laid_out.split("\f")):
        if ends_with in names:
            faults.append(f"on paper the figure {ends_with} is not on the page of its heading")
    together = "".join(text.split())
    for words in folded:
        if "".join(words.split())[:20] not in together:
            faults.append(f"not on paper: {words[:60]!r}")
    return faults


def look(driver, folder, page):
    faults = []
    fold(driver, False)
    show(driver, DESK)
    faults += nothing_runs(driver) + figures(driver) + contents(driver) + structure(driver)
    fold(driver, True)
    for theme in ("light", "dark"):
        show(driver, DESK, theme=theme)
        faults += [f"{theme}: {f}" for f in contrast(driver) + width(driver, DESK)]
    ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    if ground == "rgb(255, 255, 255)":
        faults.append("dark: the ground is white")
    for is_open in (True, False):
        fold(driver, is_open)
        show(driver, PHONE)
        faults += [f"phone: {f}" for f in width(driver, PHONE)]
    show(driver, PAPER, media="print")
    faults += [f"paper: {f}" for f in paper(driver)]
    faults += pdf(driver, folder, page)
    return faults + console(driver)


def main(pages):
    faults = 0
    with tempfile.TemporaryDirectory(prefix="fogsim-browser-") as name:
        folder = pathlib.Path(name)
        pages = pages or [page_of_run(folder), page_of_points(folder), page_of_evil(folder)]
        with browser(folder) as driver:
            for page in pages:
                driver.get(page.resolve().as_uri())
                for fault in look(driver, folder, page):
                    print(f"report_browser: {page.name}: {fault}", file=sys.stderr)
                    faults += 1
            version = driver.capabilities["browserVersion"]
    if faults:
        sys.exit(1)
    print(f"pages in Chromium {version}: {', '.join(p.name for p in pages)}: no faults")


if __name__ == "__main__":
    want_proc()
    main([pathlib.Path(word) for word in sys.argv[1:]])
