/** Where the simulated price wants to go: a mean-reverting walk with trends and bursts, so that it moves like a market and stays sane for days. */
import type { Random } from '../../engine/random.js'

/** Share of the price that one event moves it by, in a calm market. */
const STEP = 1e-5
/** Pull back to the start: with {@link STEP}, the walk stays within about 4 % of it, one deviation. */
const REVERSION = 3e-8
/** Furthest from the start, as a logarithm: prices stay within a factor of about 1.5. */
const FURTHEST = 0.4

interface Mood {
  readonly volatility: number
  /** How much faster events follow each other. */
  readonly pace: number
  /** Events it lasts on average. */
  readonly events: number
}

const CALM: Mood = { volatility: 0.7, pace: 0.8, events: 3_000 }
const ACTIVE: Mood = { volatility: 1.5, pace: 1.4, events: 1_500 }
const BURST: Mood = { volatility: 4, pace: 3, events: 300 }

/** One step per market event. */
export class PriceProcess {
  private position = 0
  private trend = 0
  private trendLeft = 0
  private mood: Mood = CALM
  private moodLeft = 0

  constructor(
    private readonly random: Random,
    private readonly start: number,
  ) {}

  /** How much faster than usual the market trades now. */
  get pace(): number {
    return this.mood.pace
  }

  /** The next value, in the unit of the start. */
  step(): number {
    if (this.moodLeft-- <= 0) this.changeMood()
    if (this.trendLeft-- <= 0) this.changeTrend()
    const shock = this.random.normal(this.trend, STEP * this.mood.volatility)
    const next = this.position * (1 - REVERSION) + shock
    this.position = Math.min(FURTHEST, Math.max(-FURTHEST, next))
    return this.start * Math.exp(this.position)
  }

  private changeMood(): void {
    const draw = this.random.uniform()
    this.mood = draw < 0.7 ? CALM : draw < 0.93 ? ACTIVE : BURST
    this.moodLeft = Math.ceil(this.random.exponential(1 / this.mood.events))
  }

  private changeTrend(): void {
    this.trend = this.random.normal(0, STEP / 6)
    this.trendLeft = this.random.int(200, 3_000)
  }
}
