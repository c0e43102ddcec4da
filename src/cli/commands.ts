/** The commands, in the order in which help lists them. */
import type { CommandSpec } from './command.js'

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'stream',
    arguments: '<streams...>',
    summary: 'show live market data in a table, or as JSON lines in a pipe',
    options: ['seed', 'rate', 'lines'],
    examples: [
      'genesis stream btcusdt@trade',
      'genesis stream btcusdt@trade btcusdt@depth ethusdt@bookTicker',
      'genesis stream coinbase:BTC-USD@trade binance:BTC/USDT@trade --json | head -20',
      'genesis stream btcusdt@trade --exchange sim --duration 10s',
    ],
    load: () => import('./commands/stream.js'),
  },
  {
    name: 'record',
    arguments: '<streams...>',
    summary: 'record raw frames, crash-safe; a .gz or .zst name compresses',
    options: ['output', 'rotate', 'sync', 'seed', 'rate', 'lines'],
    examples: [
      'genesis record btcusdt@trade btcusdt@depth -o btc.jsonl.gz',
      'genesis record btcusdt@trade -o recordings/ --rotate 1h',
      'genesis record btcusdt@trade --exchange sim --duration 10s -o sim.jsonl',
    ],
    load: () => import('./commands/record.js'),
  },
  {
    name: 'replay',
    arguments: '<files...>',
    summary: 'replay recordings and other supported files, merged by time',
    options: ['speed', 'from', 'to', 'stream', 'onCorrupt'],
    examples: [
      'genesis replay btc.jsonl.gz',
      'genesis replay btc.jsonl.gz --speed max --json',
      'genesis replay frames.jsonl --exchange binance --stream btcusdt@trade --speed 10',
    ],
    load: () => import('./commands/replay.js'),
  },
  {
    name: 'paper',
    arguments: '[streams...]',
    summary: 'trade on paper with a strategy, live or from a recording',
    options: [
      'strategy', 'param', 'fromFile', 'speed', 'capital', 'fees', 'latency', 'model', 'seed', 'session', 'report', 'rate', 'lines', 'onCorrupt',
    ], // prettier-ignore
    examples: [
      'genesis paper --strategy sma',
      'genesis paper btcusdt@trade --strategy sma --param fast=20 --param slow=100 --exchange sim --duration 20s',
      'genesis paper --strategy sma --from-file btc.jsonl.gz',
      'genesis paper ethusdt@trade --strategy ./my-strategy.ts',
    ],
    load: () => import('./commands/paper.js'),
  },
  {
    name: 'backtest',
    arguments: '<files...>',
    summary: 'run a strategy over recordings as fast as they can be read',
    options: [
      'strategy',
      'param',
      'stream',
      'from',
      'to',
      'capital',
      'fees',
      'latency',
      'model',
      'seed',
      'report',
      'onCorrupt',
    ],
    examples: [
      'genesis backtest btc.jsonl.gz --strategy sma',
      'genesis backtest btc.jsonl.gz --strategy sma --param fast=5 --param slow=30 --json',
      'genesis backtest frames.jsonl.gz --exchange binance --strategy sma',
    ],
    load: () => import('./commands/backtest.js'),
  },
  {
    name: 'demo',
    arguments: '',
    summary: 'embedded exchange, stream, bus, strategy, paper account: 20 seconds, no network',
    options: ['seed', 'rate'],
    examples: ['genesis demo', 'genesis demo --duration 5s', 'genesis demo --seed 7 --json'],
    load: () => import('./commands/demo.js'),
  },
  {
    name: 'exchange',
    arguments: '[file]',
    summary: "run the embedded exchange: a seeded market, or a recording in an exchange's own dialect",
    options: ['as', 'port', 'seed', 'rate', 'speed', 'fault', 'symbols'],
    examples: [
      'genesis exchange --port 9000',
      'genesis exchange btc.jsonl.gz --as binance --port 9000',
      'genesis exchange --port 9000 --fault cut@1500,garbage=1%',
    ],
    load: () => import('./commands/exchange.js'),
  },
  {
    name: 'exchanges',
    arguments: '[name]',
    summary: 'list the exchanges, their channels, and what each channel can prove about loss',
    options: [],
    examples: ['genesis exchanges', 'genesis exchanges coinbase', 'genesis exchanges --json'],
    load: () => import('./commands/exchanges.js'),
  },
  {
    name: 'strategies',
    arguments: '[name]',
    summary: 'list the built-in strategies and their parameters',
    options: [],
    examples: ['genesis strategies', 'genesis strategies sma', 'genesis strategies --json'],
    load: () => import('./commands/strategies.js'),
  },
]
