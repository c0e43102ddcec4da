/** Where the simulated price wants to go: a mean-reverting walk with trends and bursts, so that it moves like a market and stays sane for days. */
import type { Random } from '../../engine/random.js'

/** Share of the price that one event moves it by in a calm market, where events are few. */
const STEP = 1e-5
/** What many events a second move the price by together, at most: about a hundredth of a percent. */
const STEP_PER_SECOND = 1.2e-4
/** How far from the start the walk strays, one deviation. */
const STRAY = 0.04
/** Furthest from the start, as a logarithm: prices stay within a factor of about 1.5. */
const FURTHEST = 0.4

interface Mood {
  readonly volatility: number
  /** How much faster events follow each other. */
  readonly pace: number
  /** Events it lasts on average, where events are few. */
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

  private readonly size: number
  private readonly reversion: number
  /** How many events do what one does where events are few. */
  private readonly stretch: number

  /** @param perSecond events per second: the more there are, the less each one moves the price. */
  constructor(
    private readonly random: Random,
    private readonly start: number,
    perSecond: number,
  ) {
    this.size = Math.min(STEP, STEP_PER_SECOND / Math.sqrt(perSecond))
    this.stretch = (STEP / this.size) ** 2
    this.reversion = this.size ** 2 / (2 * STRAY ** 2)
  }

  /** How much faster than usual the market trades now. */
  get pace(): number {
    return this.mood.pace
  }

  /** The next value, in the unit of the start. */
  step(): number {
    if (this.moodLeft-- <= 0) this.changeMood()
    if (this.trendLeft-- <= 0) this.changeTrend()
    const shock = this.random.normal(this.trend, this.size * this.mood.volatility)
    const next = this.position * (1 - this.reversion) + shock
    this.position = Math.min(FURTHEST, Math.max(-FURTHEST, next))
    return this.start * Math.exp(this.position)
  }

  private changeMood(): void {
    const draw = this.random.uniform()
    this.mood = draw < 0.7 ? CALM : draw < 0.93 ? ACTIVE : BURST
    this.moodLeft = Math.ceil(this.random.exponential(1 / this.mood.events) * this.stretch)
  }

  private changeTrend(): void {
    this.trend = this.random.normal(0, STEP / 15 / this.stretch)
    this.trendLeft = this.random.int(200, 3_000) * this.stretch
  }
}
