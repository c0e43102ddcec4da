/** `genesis book`: the order books of a recording at one instant. */
import { EXIT, GenesisError, UsageError, type ExitCode } from '../../model/errors.js'
import type { Book } from '../../model/event.js'
import { MICROS_PER_MINUTE, type Micros } from '../../model/time.js'
import { BookKeeper } from '../../session/proof/book-keeper.js'
import { openJournal } from '../../journal/reader.js'
import { journalOptions } from '../../session/journal-source.js'
import { Fold } from '../../session/proof/fold.js'
import type { CommandInput } from '../command.js'
import { countText, decimalText, timeText } from '../format.js'
import { onlyFile } from '../only-file.js'
import { note, printRows, printSummary, type ReportTable } from '../reports.js'
import { windowOptions } from '../window-options.js'

/** Levels shown on a terminal where nobody says how many. */
const SHOWN = 10

export async function run(input: CommandInput): Promise<ExitCode> {
  const path = onlyFile(input)
  const { at, depth } = input.options
  if (at === undefined)
    throw new UsageError('no_time', 'no moment to look at', { hint: 'for example --at 2024-08-08T23:54:13Z' })
  const { keeper, reached } = await booksAt(path, at, input)
  if (!(await goesOn(path, at, input))) throw ended(path, at, reached)
  const books = [...keeper.whole(depth)]
  for (const { exchange, symbol, received } of keeper.broken()) {
    note(
      input,
      `${exchange} ${symbol}: not in step with its updates since ${timeText(received)}; it may be wrong and is not shown`,
    )
  }
  if (books.length === 0) throw noBook(path, at, reached, [...keeper.broken()].length)
  for (const book of books) printBook(input, book)
  printSummary(input, { command: 'book', path, at, books: books.length }, [
    `${countText(books.length)} ${books.length === 1 ? 'book' : 'books'} at ${timeText(at)} UTC`,
  ])
  return EXIT.done
}

async function booksAt(
  path: string,
  at: Micros,
  input: CommandInput,
): Promise<{ readonly keeper: BookKeeper; readonly reached: Micros | null }> {
  const fold = await Fold.open([path], { ...windowOptions(input), from: at - MICROS_PER_MINUTE, to: at })
  const keeper = new BookKeeper(fold.session.books)
  let reached: Micros | null = null
  for await (const events of fold.batches()) {
    for (const event of events) {
      if (event.type === 'book') keeper.apply(event)
    }
    reached = fold.session.clock.now()
  }
  return { keeper, reached: reached === 0 ? null : reached }
}

/** What was not recorded any more cannot be said: the book after the end is nobody's. */
async function goesOn(path: string, at: Micros, input: CommandInput): Promise<boolean> {
  const reader = await openJournal(path, { ...journalOptions(windowOptions(input)), from: at })
  for await (const batch of reader.batches()) if (batch.some(item => item.receivedAt >= at)) return true
  return false
}

function ended(path: string, at: Micros, reached: Micros | null): GenesisError {
  const end = reached === null ? '' : ` ends at ${timeText(reached)} UTC and`
  return new GenesisError('after_end', `${path}:${end} does not reach ${timeText(at)} UTC`, EXIT.failed, {
    hint: `see what is in it with: genesis verify ${path}`,
  })
}

function noBook(path: string, at: Micros, reached: Micros | null, broken: number): GenesisError {
  if (broken > 0)
    return new GenesisError('book_unknown', `${path}: no book is known to be right at ${timeText(at)}`, EXIT.failed, {
      hint: `see why with: genesis gaps ${path}`,
    })
  const why = reached === null ? 'nothing was recorded up to then' : 'no book was recorded up to then'
  return new GenesisError('no_book', `${path}: ${why} (${timeText(at)} UTC)`, EXIT.failed, {
    hint: `see what is in it with: genesis verify ${path}`,
  })
}

interface Line {
  readonly bid: readonly [number, number] | undefined
  readonly ask: readonly [number, number] | undefined
}

function printBook(input: CommandInput, book: Book): void {
  const depth = input.options.depth ?? SHOWN
  const rows = Math.min(depth, Math.max(book.bids.length, book.asks.length))
  const lines = Array.from({ length: rows }, (_, row): Line => ({ bid: book.bids[row], ask: book.asks[row] }))
  const table: ReportTable<Line> = {
    header: [`${book.exchange} ${book.symbol}`, 'bid', 'ask', timeText(book.received)],
    cells: ({ bid, ask }) => [
      { text: decimalText(bid?.[1]), align: 'right' },
      { text: decimalText(bid?.[0]), align: 'right' },
      { text: decimalText(ask?.[0]), align: 'right' },
      { text: decimalText(ask?.[1]), align: 'right' },
    ],
  }
  if (input.options.json === true || input.io.stdout.isTTY !== true)
    printRows(input, [book], { header: [], cells: () => [] })
  else printRows(input, lines, table)
}
