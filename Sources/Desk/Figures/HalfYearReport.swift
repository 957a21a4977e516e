import Records

/// The half-year's table of payments and frauds by the breakdown of EBA/GL/2018/05, as far as what a desk knows goes. Rows are of
/// their own names; which code a national form has for each is that form's.
package struct HalfYearReport: Hashable, Sendable {
    package struct Row: Hashable, Sendable, Codable {
        /// `card`, `transfer` or `cash_withdrawal`.
        package var instrument: String
        /// `all`, `remote`, `non_remote`, or `unknown` for payments that say no channel.
        package var channel: String
        /// `all`, a type of `FraudType`, or `unknown` where no verdict says one. Of types payments have no counts.
        package var fraudType: String
        package var payments: Int64?
        /// Amounts as decimals of the consortium's currency.
        package var value: String?
        package var frauds: Int64
        package var fraudValue: String
        /// What verdicts say was lost less what came back, of the frauds whose verdict says what was lost; how many these are.
        package var loss: String
        package var fraudsWithLoss: Int64

        enum CodingKeys: String, CodingKey {
            case instrument, channel, payments, value, frauds, loss
            case fraudType = "fraud_type"
            case fraudValue = "fraud_value"
            case fraudsWithLoss = "frauds_with_loss"
        }

        package init(
            instrument: String, channel: String, fraudType: String, payments: Int64?, value: String?, frauds: Int64,
            fraudValue: String, loss: String, fraudsWithLoss: Int64
        ) {
            (self.instrument, self.channel, self.fraudType) = (instrument, channel, fraudType)
            (self.payments, self.value, self.frauds, self.fraudValue) = (payments, value, frauds, fraudValue)
            (self.loss, self.fraudsWithLoss) = (loss, fraudsWithLoss)
        }
    }

    package var period: ReportPeriod
    package var rows: [Row]
    /// Payments without an instrument, which stand in no row: their number, and that of frauds among them.
    package var unplaced: Int64
    package var unplacedFrauds: Int64

    /// What the guidelines ask for and a desk does not know; each is empty in every row.
    package static let missing = [
        "authentication: no record says whether strong customer authentication was applied, or by which exemption not",
        "area: no record says where the other provider is (domestic, within the EEA, outside)",
        "liability: verdicts say what was lost, not who bears it",
        "initiation: no record says whether a payment initiation service or paper was used",
        "other tables: direct debits, e-money, money remittance, payments reported by acquirers",
    ]

    private struct Group {
        var payments: Int64 = 0
        var sum: Int64 = 0
        var frauds: [KnownFraud] = []

        static func += (left: inout Group, right: Group) {
            left.payments += right.payments
            left.sum += right.sum
            left.frauds += right.frauds
        }
    }

    /// - Parameters:
    ///   - sums: of payments of the period; others are passed over.
    ///   - frauds: as for `sums`, by the day of the payment, which is the guidelines' rule.
    package init(_ period: ReportPeriod, sums: [PaymentSum], frauds: [KnownFraud]) {
        self.period = period
        let days = period.days
        var groups: [String: [String: Group]] = [:]
        (unplaced, unplacedFrauds) = (0, 0)
        for sum in sums where days.contains(sum.day) {
            guard let instrument = Self.instrument(sum.kind) else {
                unplaced += sum.count
                continue
            }
            groups[instrument, default: [:]][Self.channel(sum.channel), default: Group()] += Group(
                payments: sum.count, sum: sum.sum)
        }
        for fraud in frauds where fraud.isReported && days.contains(fraud.paid) {
            guard let instrument = Self.instrument(fraud.kind) else {
                unplacedFrauds += 1
                continue
            }
            groups[instrument, default: [:]][Self.channel(fraud.channel), default: Group()].frauds.append(fraud)
        }
        rows = []
        for instrument in ["transfer", "card", "cash_withdrawal"] {
            let channels = groups[instrument] ?? [:]
            var all = Group()
            for group in channels.values { all += group }
            rows += Self.rows(instrument, "all", all)
            for channel in ["remote", "non_remote", "unknown"] {
                rows += Self.rows(instrument, channel, channels[channel] ?? Group())
            }
        }
    }

    private static func instrument(_ kind: PaymentKind?) -> String? {
        kind == .cashOut ? "cash_withdrawal" : Instrument(kind)?.rawValue
    }

    private static func channel(_ channel: PaymentChannel?) -> String {
        channel.map { $0.isRemote ? "remote" : "non_remote" } ?? "unknown"
    }

    /// A line of all, and one of each type that has a fraud.
    private static func rows(_ instrument: String, _ channel: String, _ group: Group) -> [Row] {
        func row(_ type: String, _ frauds: [KnownFraud], isAll: Bool) -> Row {
            let known = frauds.filter { $0.loss != nil }
            let loss = known.reduce(0) { $0 + max(0, ($1.loss ?? 0) - ($1.recovered ?? 0)) }
            return Row(
                instrument: instrument, channel: channel, fraudType: type, payments: isAll ? group.payments : nil,
                value: isAll ? MinorUnits(group.sum).decimal : nil, frauds: Int64(frauds.count),
                fraudValue: MinorUnits(frauds.reduce(0) { $0 + $1.amount }).decimal, loss: MinorUnits(loss).decimal,
                fraudsWithLoss: Int64(known.count))
        }
        let byType = Dictionary(grouping: group.frauds) { $0.type?.rawValue ?? "unknown" }
        let types = FraudType.allCases.map(\.rawValue) + ["unknown"]
        return [row("all", group.frauds, isAll: true)]
            + types.compactMap { type in byType[type].map { row(type, $0, isAll: false) } }
    }

    /// The table as CSV (RFC 4180), with a line of names. No value holds a comma or a quote.
    package var csv: String {
        let names = "period,instrument,channel,fraud_type,payments,value,frauds,fraud_value,loss,frauds_with_loss"
        let lines = rows.map { row in
            [
                period.description, row.instrument, row.channel, row.fraudType, row.payments.map { "\($0)" } ?? "",
                row.value ?? "", "\(row.frauds)", row.fraudValue, row.loss, "\(row.fraudsWithLoss)",
            ].joined(separator: ",")
        }
        return ([names] + lines).joined(separator: "\r\n") + "\r\n"
    }
}
