import { EventEmitter } from 'node:events';
import { watch } from '../../../labs/cli/lab/watch';
import { folderOf, removeFolders } from '../support';

/** What sees files change: here nothing but what a test says. */
const files = Object.assign(new EventEmitter(), { close: async () => {} });
const settings: { usePolling?: boolean }[] = [];

jest.mock('chokidar', () => ({
  watch: (_: unknown, options: object) => {
    settings.push(options);
    return files;
  },
}));
jest.mock('../../../labs/cli/lab/judgement', () => ({ judge: () => new Promise(() => {}) }));

const OFFER = 'lab watch --poll sees them';
const MINUTE = 60_000;
const offers = (): number =>
  jest.mocked(process.stdout.write).mock.calls.filter(([text]) => `${text}`.includes(OFFER)).length;

/** Watches a project while something happens. */
async function watching(flags: object, meanwhile: () => void): Promise<void> {
  const provenance = { kit: '0.1.0', pattern: 'sqs-scaling', options: { name: 'orders' }, step: 'start' };
  const ended = watch({ cwd: folderOf({ '.atelier.json': provenance }), plain: true, ...flags });
  files.emit('ready');
  meanwhile();
  process.emit('SIGINT');
  expect(await ended).toBe(0);
}

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  files.removeAllListeners();
  removeFolders();
});

test('polling is offered once when nothing has changed for more than two minutes', async () => {
  await watching({}, () => {
    jest.advanceTimersByTime(2 * MINUTE);
    expect(offers()).toBe(0);
    jest.advanceTimersByTime(30 * MINUTE);
    expect(offers()).toBe(1);
  });
});

test('polling is not offered to who saves now and then', async () => {
  await watching({}, () => {
    for (let minute = 0; minute < 10; minute += 1) {
      jest.advanceTimersByTime(MINUTE);
      files.emit('all', 'change', 'src/main.ts');
    }
    expect(offers()).toBe(0);
  });
});

test('files are polled where that is wanted, and it is not offered then', async () => {
  await watching({ poll: true }, () => {
    jest.advanceTimersByTime(30 * MINUTE);
    expect(offers()).toBe(0);
  });
  expect(settings.at(-1)?.usePolling).toBe(true);
});
