/** The account: exact balances, positions, fees and equity; every fill is checked against conservation. */
import type { Equity, Fill, Position } from '../model/trading.js'
import { MICROS_PER_MINUTE, type Micros } from '../model/time.js'
import { AssetAccounts, withoutTrading, type Statement } from './asset-accounts.js'
import { notional, type Market } from './market.js'
import { decimal, decimalOf, textOf, toNumber, ZERO, type Decimal } from './money.js'
import { PositionState } from './position.js'
import { Volatility } from './volatility.js'

const VOLATILITY_INTERVAL = MICROS_PER_MINUTE

export interface LedgerOptions {
  readonly strategy: string
  /** The asset in which equity is told. */
  readonly asset: string
  /** Opening balances: asset → decimal. */
  readonly balances: Readonly<Record<string, string>>
  readonly market: (exchange: string, symbol: string) => Market
}

/** The books do not balance. This is a defect of genesis, and the run must not go on. */
export class ConservationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConservationError'
  }
}

/** A position with the latest price seen for it. */
export interface Holding {
  readonly market: Market
  readonly position: PositionState
  mark: number
  readonly volatility: Volatility
  /** Units by which equity moves when the price moves by one; a double, for watching only. */
  exposure: number
}

export class Ledger {
  private readonly accounts: AssetAccounts
  private readonly holdings = new Map<string, Map<string, Holding>>()
  private listed: readonly Holding[] = []
  /** Fees in the reporting asset, each at the price of its moment. */
  private feesValue: Decimal = ZERO
  private readonly prices = new Map<string, number>()

  constructor(private readonly options: LedgerOptions) {
    this.accounts = new AssetAccounts(options.balances)
  }

  /** Whether a perpetual or future has been seen. */
  hasDerivatives = false

  balance(asset: string): Decimal {
    return this.accounts.find(asset)?.balance ?? ZERO
  }

  /** The holding of an instrument, opened flat when it is first asked for. */
  holding(exchange: string, symbol: string): Holding {
    let symbols = this.holdings.get(exchange)
    if (symbols === undefined) this.holdings.set(exchange, (symbols = new Map<string, Holding>()))
    let holding = symbols.get(symbol)
    if (holding === undefined) {
      const market = this.options.market(exchange, symbol)
      holding = {
        market,
        position: new PositionState(market),
        mark: Number.NaN,
        exposure: 0,
        volatility: new Volatility(VOLATILITY_INTERVAL),
      }
      symbols.set(symbol, holding)
      this.listed = [...this.holdings.values()].flatMap(ofExchange => [...ofExchange.values()])
      if (market.contract !== 'spot') this.hasDerivatives = true
    }
    return holding
  }

  /** By exchange, then in the order in which they were opened. */
  all(): readonly Holding[] {
    return this.listed
  }

  /** Takes the latest price of an instrument; cheap, called on every trade. */
  mark(holding: Holding, price: number): void {
    const { mark } = holding
    holding.mark = price
    if (Number.isNaN(mark)) this.remeasure()
    else if (holding.exposure !== 0) this.fastTotal += holding.exposure * (price - mark)
  }

  /** Equity as a double, kept current on every mark; exact again after every fill. */
  fastTotal = 0

  /** Whether all the account has is in the reporting asset, so that no price moves it. */
  private isStill = false

  /** Measures {@link fastTotal} and the exposures anew from the exact books. */
  remeasure(total = this.total()): void {
    this.fastTotal = toNumber(total)
    for (const holding of this.listed) holding.exposure = this.exposureOf(holding)
    this.isStill = this.hasOnlyCash()
  }

  /** The same where only prices have moved since; most often there is nothing to do. */
  revalue(): void {
    if (!this.isStill) this.fastTotal = toNumber(this.total())
  }

  private hasOnlyCash(): boolean {
    const { asset } = this.options
    if (this.accounts.all.some(account => account.asset !== asset && !account.balance.isZero)) return false
    return !this.listed.some(({ market, position }) => market.contract !== 'spot' && !position.size.isZero)
  }

  /** An asset that several markets trade for the reporting asset moves with the first of them, whose price values it. */
  private exposureOf(holding: Holding): number {
    const { base, quote, contract } = holding.market
    if (quote !== this.options.asset || contract === 'inverse') return 0
    if (contract !== 'spot') return toNumber(holding.position.size)
    const valued = this.listed.find(
      ({ market }) => market.contract === 'spot' && market.base === base && market.quote === quote,
    )
    return valued === holding ? toNumber(this.balance(base)) : 0
  }

  /**
   * Books one fill.
   * @returns the position and the equity after it.
   * @throws ConservationError where any identity fails; there is no tolerance.
   */
  apply(fill: Fill): [Position, Equity] {
    const holding = this.holding(fill.exchange, fill.symbol)
    const price = decimal(fill.price)
    if (Number.isNaN(holding.mark)) holding.mark = toNumber(price)
    const size = decimal(fill.size)
    const profit = holding.position.apply(fill.side, size, price)
    if (holding.market.contract === 'spot') this.exchange(holding.market, fill.side, size, price)
    else this.accounts.move(holding.market.settle, profit)
    this.charge(holding, fill, price)
    this.check(holding)
    const total = this.total()
    this.remeasure(total)
    return [this.position(holding, fill.time), this.equity(fill.time, total)]
  }

  /** Funding of a perpetual: longs pay `size × mark × rate` when the rate is positive. @returns what was received (negative: paid). */
  fund(holding: Holding, rate: number, markPrice: number): Decimal {
    const { market, position } = holding
    if (market.contract === 'spot' || position.size.eq(ZERO)) return ZERO
    const mark = decimalOf(markPrice)
    const received = notional(market, position.size, mark).times(decimalOf(rate)).negated()
    this.accounts.fund(market.settle, received)
    this.check(holding)
    this.remeasure()
    return received
  }

  /** What is owed: the balances below zero, by asset, as amounts above it. */
  debts(): (readonly [string, Decimal])[] {
    const owed: (readonly [string, Decimal])[] = []
    for (const { asset, balance } of this.accounts.all) if (balance.isNegative) owed.push([asset, balance.abs()])
    return owed
  }

  /** Interest leaves the account in the asset that is owed. @throws ConservationError as {@link apply} does. */
  payInterest(asset: string, amount: Decimal): void {
    this.accounts.payInterest(asset, amount)
    this.checkAsset(asset)
    this.remeasure()
  }

  /** Value of all positions at their marks, as a double. */
  grossExposure(): number {
    let sum = 0
    for (const { exposure, mark } of this.listed) if (exposure !== 0) sum += Math.abs(exposure * mark)
    return sum
  }

  position(holding: Holding, time: Micros): Position {
    const { market, position, mark } = holding
    const average = position.averagePrice()
    return {
      type: 'position',
      exchange: market.exchange,
      symbol: market.symbol,
      pair: market.pair,
      strategy: this.options.strategy,
      size: textOf(position.size),
      cost: textOf(position.cost),
      averagePrice: average === null ? null : textOf(average),
      realised: textOf(position.realised),
      unrealised: Number.isNaN(mark) ? null : textOf(position.unrealised(decimalOf(mark))),
      time,
    }
  }

  equity(time: Micros, total = this.total()): Equity {
    const { strategy, asset } = this.options
    return {
      type: 'equity',
      strategy,
      asset,
      cash: textOf(this.balance(asset)),
      equity: textOf(total),
      realised: textOf(this.sum(holding => holding.position.realised)),
      unrealised: textOf(this.sum(unrealised)),
      fees: textOf(this.feesValue),
      time,
    }
  }

  /** All balances at their latest prices, plus the open profit of perpetuals, in the reporting asset. */
  total(): Decimal {
    let total = ZERO
    for (const { asset, balance } of this.accounts.all) {
      if (!balance.isZero) total = total.plus(this.valueOf(asset, balance))
    }
    if (!this.hasDerivatives) return total
    for (const holding of this.listed) {
      if (holding.market.contract === 'spot') continue
      total = total.plus(this.valueOf(holding.market.settle, unrealised(holding)))
    }
    return total
  }

  /** The price of `asset` in `quote` as the marks of this account tell it; undefined where none does. */
  price(asset: string, quote: string): Decimal | undefined {
    if (asset === quote) return decimalOf(1)
    for (const { market, mark } of this.all()) {
      if (market.base === asset && market.quote === quote && !Number.isNaN(mark)) return decimalOf(mark)
    }
    const told = this.prices.get(`${asset}/${quote}`)
    return told === undefined ? undefined : decimalOf(told)
  }

  /** A price from outside the traded instruments, such as that of the asset fees are paid in. */
  learn(asset: string, quote: string, price: number): void {
    this.prices.set(`${asset}/${quote}`, price)
  }

  /** Balances, fees, funding and interest by asset, as text, in the order in which they first moved. */
  statement(): Statement {
    return this.accounts.statement()
  }

  private exchange(market: Market, side: Fill['side'], size: Decimal, price: Decimal): void {
    const value = size.times(price)
    this.accounts.move(market.base, side === 'buy' ? size : size.negated())
    this.accounts.move(market.quote, side === 'buy' ? value.negated() : value)
  }

  /** A fee in the base asset shrinks the position too: it is booked as a sale at the fill's price that pays the fee. */
  private charge(holding: Holding, fill: Fill, price: Decimal): void {
    const fee = decimal(fill.fee)
    const account = this.accounts.charge(fill.feeAsset, fee)
    const { market, position } = holding
    if (market.contract === 'spot' && fill.feeAsset === market.base && !fee.eq(ZERO)) {
      position.apply(fee.gt(ZERO) ? 'sell' : 'buy', fee.abs(), price)
      account.feeSales = account.feeSales.plus(fee)
      const quote = this.accounts.move(market.quote, ZERO)
      quote.feeSales = quote.feeSales.minus(fee.times(price))
      this.feesValue = this.feesValue.plus(this.valueOf(market.quote, fee.times(price)))
    } else {
      this.feesValue = this.feesValue.plus(this.valueOf(fill.feeAsset, fee))
    }
  }

  /** Zero where the account knows no price of the asset: nothing is invented, and `statement` still shows the balance. */
  private valueOf(asset: string, amount: Decimal): Decimal {
    return asset === this.options.asset ? amount : amount.times(this.price(asset, this.options.asset) ?? ZERO)
  }

  private sum(part: (holding: Holding) => Decimal): Decimal {
    let total = ZERO
    for (const holding of this.all()) total = total.plus(this.valueOf(holding.market.settle, part(holding)))
    return total
  }

  /** Each balance this fill moved must equal its opening plus everything that ever flowed, counted apart. */
  private check(holding: Holding): void {
    const { market, position } = holding
    const wrong = position.discrepancy()
    if (wrong !== undefined) throw new ConservationError(`${market.exchange}:${market.symbol}: ${wrong}`)
    this.checkAsset(market.base)
    this.checkAsset(market.quote)
    if (market.settle !== market.base && market.settle !== market.quote) this.checkAsset(market.settle)
  }

  private checkAsset(asset: string): void {
    const account = this.accounts.find(asset)
    let expected = account === undefined ? ZERO : withoutTrading(account)
    for (const { market, position } of this.listed) expected = expected.plus(flow(market, position, asset))
    const balance = account?.balance ?? ZERO
    if (!balance.eq(expected)) {
      throw new ConservationError(`${asset}: the balance is ${textOf(balance)}, its movements say ${textOf(expected)}`)
    }
  }
}

function unrealised(holding: Holding): Decimal {
  return Number.isNaN(holding.mark) ? ZERO : holding.position.unrealised(decimalOf(holding.mark))
}

/** What all fills of an instrument moved in `asset`. */
function flow(market: Market, position: PositionState, asset: string): Decimal {
  if (market.contract !== 'spot') return asset === market.settle ? position.realised : ZERO
  const base = asset === market.base ? position.bought.minus(position.sold) : ZERO
  const quote = asset === market.quote ? position.received.minus(position.spent) : ZERO
  return base.plus(quote)
}
