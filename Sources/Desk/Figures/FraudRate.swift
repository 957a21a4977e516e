package import Records

/// A fraud that is known, as reports look at it.
package struct KnownFraud: Hashable, Sendable {
    /// Days of UTC since 1970: of the payment, and of the label that says so.
    package var paid: Int64
    package var registered: Int64
    package var kind: PaymentKind?
    package var channel: PaymentChannel?
    /// In hundredths of the consortium's currency.
    package var amount: Int64
    /// What the verdict on its alert says, where there is one.
    package var type: FraudType?
    package var loss: Int64?
    package var recovered: Int64?

    package init(
        paid: Int64, registered: Int64, kind: PaymentKind?, channel: PaymentChannel?, amount: Int64,
        type: FraudType? = nil, loss: Int64? = nil, recovered: Int64? = nil
    ) {
        (self.paid, self.registered, self.kind, self.channel) = (paid, registered, kind, channel)
        (self.amount, self.type, self.loss, self.recovered) = (amount, type, loss, recovered)
    }

    /// Whether the reporting is about it: not what the customer did, nor an account that is paid into.
    package var isReported: Bool { type?.group != .unreported }
}

/// Decided payments of one day, instrument, channel and class of amounts.
package struct PaymentSum: Hashable, Sendable {
    package var day: Int64
    package var kind: PaymentKind?
    package var channel: PaymentChannel?
    /// The place of the first limit that amounts do not pass, of `FraudRate.thresholds`.
    package var size: Int
    package var count: Int64
    package var sum: Int64

    package init(day: Int64, kind: PaymentKind?, channel: PaymentChannel?, size: Int, count: Int64, sum: Int64) {
        (self.day, self.kind, self.channel, self.size) = (day, kind, channel, size)
        (self.count, self.sum) = (count, sum)
    }
}

/// The instruments of the annex of Delegated Regulation (EU) 2018/389. A raw value is its name in reports.
package enum Instrument: String, Sendable, Hashable, CaseIterable, Codable {
    case card, transfer

    /// Nil for what is no instrument of the annex.
    package init?(_ kind: PaymentKind?) {
        switch kind {
        case .card: self = .card
        case .transfer, .instantTransfer: self = .transfer
        case .cashOut, nil: return nil
        }
    }
}

extension PaymentChannel {
    /// Whether a payment by it is remote and electronic (Directive (EU) 2015/2366, article 4(6)): by the internet, or a device that
    /// can be used for communication at a distance. An order by telephone or on paper is not electronic.
    package var isRemote: Bool { self == .online || self == .mobile }
}

/// The fraud rate by which the exemption for transactions of low risk is kept or lost (Delegated Regulation (EU) 2018/389, articles
/// 18 to 20): the value of unauthorised or fraudulent remote payments by the value of all, of one instrument in one quarter. What
/// came back does not matter; payments by a deceived customer count (EBA-Op-2018-04, 46), frauds of customers themselves don't.
package struct FraudRate: Hashable, Sendable {
    /// Exemption threshold values, in hundredths of a euro, and the reference rates beside them.
    package static let thresholds: [Int64] = [10_000, 25_000, 50_000]

    package static func references(_ instrument: Instrument) -> [Double] {
        switch instrument {
        case .card: [0.0013, 0.0006, 0.0001]
        case .transfer: [0.00015, 0.0001, 0.00005]
        }
    }

    package var instrument: Instrument
    /// In hundredths of the consortium's currency.
    package var all: Int64 = 0
    package var count: Int64 = 0
    /// Frauds of payments of the quarter, and frauds that became known in it, whenever they were paid.
    package var byPayment: Int64 = 0
    package var byRegistration: Int64 = 0
    /// Of frauds of payments of the quarter those by a deceived customer.
    package var manipulated: Int64 = 0
    /// All payments, and frauds among them by the day of the payment, in each class of amounts: up to each threshold, above.
    package var allBySize: [Int64]
    package var fraudBySize: [Int64]

    package init(instrument: Instrument) {
        self.instrument = instrument
        allBySize = Array(repeating: 0, count: Self.thresholds.count + 1)
        fraudBySize = allBySize
    }

    /// Of the rate of the one date rule or the other, nil where nothing was paid.
    package func rate(byRegistration isByRegistration: Bool) -> Double? {
        all == 0 ? nil : Double(isByRegistration ? byRegistration : byPayment) / Double(all)
    }

    /// The rate of one class of amounts, by the day of the payment.
    package func rate(ofSize size: Int) -> Double? {
        allBySize[size] == 0 ? nil : Double(fraudBySize[size]) / Double(allBySize[size])
    }

    /// The highest threshold whose reference a rate keeps; nil where it keeps none.
    package func threshold(at rate: Double) -> Int64? {
        zip(Self.thresholds, Self.references(instrument)).reversed().first { rate <= $0.1 }?.0
    }
}

/// The fraud rates of some days, and what could not be placed.
package struct FraudRates: Hashable, Sendable {
    package var days: ClosedRange<Int64>
    package var rates: [FraudRate]
    /// Payments of an instrument that say no channel: whether they were remote nobody knows. In hundredths, of all and of frauds.
    package var withoutChannel: Int64 = 0
    package var fraudWithoutChannel: Int64 = 0
    /// Payments that say no instrument.
    package var withoutInstrument: Int64 = 0
    package var fraudWithoutInstrument: Int64 = 0

    /// - Parameters:
    ///   - sums: of payments of these days.
    ///   - frauds: paid or registered on these days; others are passed over.
    package init(_ days: ClosedRange<Int64>, sums: [PaymentSum], frauds: [KnownFraud]) {
        self.days = days
        rates = Instrument.allCases.map { FraudRate(instrument: $0) }
        for sum in sums where days.contains(sum.day) {
            guard sum.kind != nil else {
                withoutInstrument += sum.sum
                continue
            }
            guard let place = place(sum.kind) else { continue }
            guard let channel = sum.channel else {
                withoutChannel += sum.sum
                continue
            }
            guard channel.isRemote else { continue }
            rates[place].all += sum.sum
            rates[place].count += sum.count
            rates[place].allBySize[sum.size] += sum.sum
        }
        for fraud in frauds where fraud.isReported { take(fraud) }
    }

    private func place(_ kind: PaymentKind?) -> Int? {
        Instrument(kind).flatMap { instrument in rates.firstIndex { $0.instrument == instrument } }
    }

    private mutating func take(_ fraud: KnownFraud) {
        let isPaid = days.contains(fraud.paid)
        guard fraud.kind != nil else {
            if isPaid { fraudWithoutInstrument += fraud.amount }
            return
        }
        guard let place = place(fraud.kind) else { return }
        guard let channel = fraud.channel else {
            if isPaid { fraudWithoutChannel += fraud.amount }
            return
        }
        guard channel.isRemote else { return }
        if days.contains(fraud.registered) { rates[place].byRegistration += fraud.amount }
        guard isPaid else { return }
        rates[place].byPayment += fraud.amount
        if fraud.type?.group == .manipulated { rates[place].manipulated += fraud.amount }
        let size = FraudRate.thresholds.firstIndex { fraud.amount <= $0 } ?? FraudRate.thresholds.count
        rates[place].fraudBySize[size] += fraud.amount
    }
}
