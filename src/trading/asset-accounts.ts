/** What an account has of each asset, and what of it did not come from trading: fees, funding and interest, counted apart from the balance. */
import { decimal, textOf, ZERO, type Decimal } from './money.js'

export interface AssetAccount {
  readonly asset: string
  readonly opening: Decimal
  balance: Decimal
  /** null where none was ever paid or received; so are the next two. */
  fees: Decimal | null
  funding: Decimal | null
  interest: Decimal | null
  /** Undoes, for the balance check, the sales that fees in the base asset are booked as: they are counted as fees already. */
  feeSales: Decimal
}

/** Balances, fees, funding and interest by asset, as text. */
export type Statement = Record<'balances' | 'fees' | 'funding' | 'interest', Record<string, string>>

/** Lists and no maps: an account has a few assets, and every price looks at them. */
export class AssetAccounts {
  /** In the order in which they first moved, those of the start before all others. */
  readonly all: AssetAccount[] = []
  private readonly charged: AssetAccount[] = []
  private readonly funded: AssetAccount[] = []
  private readonly indebted: AssetAccount[] = []

  /** @param opening asset → decimal. */
  constructor(opening: Readonly<Record<string, string>>) {
    for (const [asset, amount] of Object.entries(opening)) this.open(asset, decimal(amount))
  }

  find(asset: string): AssetAccount | undefined {
    for (const account of this.all) if (account.asset === asset) return account
    return undefined
  }

  move(asset: string, amount: Decimal): AssetAccount {
    const account = this.find(asset) ?? this.open(asset, ZERO)
    account.balance = account.balance.plus(amount)
    return account
  }

  /** A fee that leaves the account; negative is a rebate. */
  charge(asset: string, fee: Decimal): AssetAccount {
    const account = this.move(asset, fee.negated())
    if (account.fees === null) this.charged.push(account)
    account.fees = fee.plus(account.fees ?? ZERO)
    return account
  }

  /** Funding received; negative is paid. */
  fund(asset: string, received: Decimal): void {
    const account = this.move(asset, received)
    if (account.funding === null) this.funded.push(account)
    account.funding = received.plus(account.funding ?? ZERO)
  }

  payInterest(asset: string, amount: Decimal): void {
    const account = this.move(asset, amount.negated())
    if (account.interest === null) this.indebted.push(account)
    account.interest = amount.plus(account.interest ?? ZERO)
  }

  /** In the order in which each first moved. */
  statement(): Statement {
    return {
      balances: texts(this.all, ({ balance }) => balance),
      fees: texts(this.charged, ({ fees }) => fees),
      funding: texts(this.funded, ({ funding }) => funding),
      interest: texts(this.indebted, ({ interest }) => interest),
    }
  }

  private open(asset: string, opening: Decimal): AssetAccount {
    const none = { fees: null, funding: null, interest: null }
    const account = { asset, opening, balance: opening, ...none, feeSales: ZERO }
    this.all.push(account)
    return account
  }
}

/** All that ever moved the balance, trading excepted. */
export function withoutTrading({ opening, fees, funding, interest, feeSales }: AssetAccount): Decimal {
  return opening
    .minus(fees ?? ZERO)
    .plus(funding ?? ZERO)
    .minus(interest ?? ZERO)
    .plus(feeSales)
}

function texts(
  accounts: readonly AssetAccount[],
  part: (account: AssetAccount) => Decimal | null,
): Record<string, string> {
  return Object.fromEntries(accounts.map(account => [account.asset, textOf(part(account) ?? ZERO)]))
}
