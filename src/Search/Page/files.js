// The files that a person gives: chosen, or dropped with the folders they are in. Each is a `file`, and where the browser has
// one a `handle`, by which it can be read again after a reload.

const endings = ['.3gp', '.avi', '.flv', '.gif', '.m2ts', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.mts', '.mxf', '.ogv',
  '.ts', '.vob', '.webm', '.wmv'];
const isVideo = ({ name, type }) => !name.startsWith('.')
  && (type.startsWith('video/') || endings.some(ending => name.toLowerCase().endsWith(ending)));

/** Asks for videos; input: asks where the browser cannot give handles, and tells by its own event. None where it was closed. */
export async function choose(input) {
  try {
    const types = [{ description: 'Videos', accept: { 'video/*': endings } }];
    return await withFiles(await window.showOpenFilePicker({ multiple: true, types }));
  } catch (error) {
    if (error.name !== 'AbortError')
      input.click();
    return [];
  }
}

/** What was dropped; of folders the videos in them. To be called while the drop is told: later there is nothing to take. */
export async function dropped({ items }) {
  const given = [...items].filter(({ kind }) => kind === 'file')
    .map(item => ({ handle: item.getAsFileSystemHandle?.(), entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  return (await Promise.all(given.map(async ({ handle: coming, entry, file }) => {
    const handle = await coming?.catch(() => null);
    if (handle?.kind === 'directory')
      return withFiles(await handlesIn(handle), isVideo);
    if (entry?.isDirectory)
      return (await filesIn(entry)).filter(isVideo).map(inner => ({ file: inner }));
    return file ? [{ file, handle: handle ?? undefined }] : [];
  }))).flat();
}

async function withFiles(handles, isMeant = () => true) {
  const read = await Promise.all(handles.map(async handle => ({ file: await handle.getFile(), handle })));
  return read.filter(({ file }) => isMeant(file));
}

async function handlesIn(folder) {
  const found = [];
  for await (const inner of folder.values())
    found.push(...inner.kind === 'directory' ? await handlesIn(inner) : [inner]);
  return found;
}

async function filesIn(folder) {
  const reader = folder.createReader(), found = [];
  for (let some = null; some?.length !== 0;) { // A reader gives a hundred at a time, and none at the end.
    some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    for (const inner of some)
      found.push(...inner.isDirectory ? await filesIn(inner)
        : [await new Promise((resolve, reject) => inner.file(resolve, reject))]);
  }
  return found;
}
