import Desk
import Foundation
import Records
import Support
import Testing

/// The regulator's figures from rows, held against plain sums, and as documents.
struct FraudRateOracleTests {
    private static let days: ClosedRange<Int64> = 90...180

    private func sums(_ random: inout SplitMix64) -> [PaymentSum] {
        (0..<300).map { _ in
            PaymentSum(
                day: 80 + Int64(random.next() % 110),
                kind: ([nil] + PaymentKind.allCases).randomElement(using: &random)!,
                channel: ([nil] + PaymentChannel.allCases).randomElement(using: &random)!,
                size: Int(random.next() % 4), count: Int64(random.next() % 90), sum: Int64(random.next() % 900_000))
        }
    }

    private func frauds(_ random: inout SplitMix64) -> [KnownFraud] {
        (0..<300).map { _ in
            KnownFraud(
                paid: 80 + Int64(random.next() % 110), registered: 80 + Int64(random.next() % 110),
                kind: ([nil] + PaymentKind.allCases).randomElement(using: &random)!,
                channel: ([nil] + PaymentChannel.allCases).randomElement(using: &random)!,
                amount: Int64(random.next() % 90_000),
                type: ([nil] + FraudType.allCases).randomElement(using: &random)!,
                loss: random.next() % 2 == 0 ? Int64(random.next() % 900) : nil,
                recovered: random.next() % 2 == 0 ? Int64(random.next() % 900) : nil)
        }
    }

    private static let kinds: [Instrument: Set<PaymentKind>] = [
        .card: [.card], .transfer: [.transfer, .instantTransfer],
    ]

    /// Whether the reporting is about a type, by its name: all but two.
    private func isReported(_ fraud: KnownFraud) -> Bool {
        !["first_party", "mule_account"].contains(fraud.type?.rawValue)
    }

    @Test(
        "rates of any payments and frauds are plain sums over the rows that they are about",
        arguments: 1...5 as ClosedRange<UInt64>)
    func rates(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let (sums, frauds) = (sums(&random), frauds(&random))
        let rates = FraudRates(Self.days, sums: sums, frauds: frauds)
        let reported = frauds.filter(isReported)
        for rate in rates.rates {
            let kinds = try #require(Self.kinds[rate.instrument])
            let own = sums.filter {
                Self.days.contains($0.day) && $0.kind.map(kinds.contains) == true
                    && [.online, .mobile].contains($0.channel)
            }
            #expect(rate.all == own.map(\.sum).reduce(0, +) && rate.count == own.map(\.count).reduce(0, +))
            for size in 0..<4 {
                #expect(rate.allBySize[size] == own.filter { $0.size == size }.map(\.sum).reduce(0, +))
            }
            let remote = reported.filter {
                $0.kind.map(kinds.contains) == true && [.online, .mobile].contains($0.channel)
            }
            let paid = remote.filter { Self.days.contains($0.paid) }
            #expect(rate.byPayment == paid.map(\.amount).reduce(0, +))
            #expect(
                rate.byRegistration
                    == remote.filter { Self.days.contains($0.registered) }.map(\.amount).reduce(0, +))
            #expect(
                rate.manipulated == paid.filter { $0.type?.group == .manipulated }.map(\.amount).reduce(0, +))
            // Classes of amounts part the whole.
            #expect(rate.fraudBySize.reduce(0, +) == rate.byPayment && rate.allBySize.reduce(0, +) == rate.all)
            let small = paid.filter { $0.amount <= 10_000 }.map(\.amount).reduce(0, +)
            #expect(rate.fraudBySize[0] == small)
        }
        let here = sums.filter { Self.days.contains($0.day) }
        #expect(rates.withoutInstrument == here.filter { $0.kind == nil }.map(\.sum).reduce(0, +))
        #expect(
            rates.withoutChannel
                == here.filter { $0.kind != nil && $0.kind != .cashOut && $0.channel == nil }.map(\.sum).reduce(0, +))
        let paidHere = reported.filter { Self.days.contains($0.paid) }
        #expect(rates.fraudWithoutInstrument == paidHere.filter { $0.kind == nil }.map(\.amount).reduce(0, +))
        #expect(
            rates.fraudWithoutChannel
                == paidHere.filter { $0.kind != nil && $0.kind != .cashOut && $0.channel == nil }.map(\.amount)
                .reduce(0, +))
    }

    @Test("an amount at a threshold is in its class, a hundredth above is in the next")
    func sizes() {
        for (amount, size) in [(0, 0), (10_000, 0), (10_001, 1), (25_000, 1), (25_001, 2), (50_000, 2), (50_001, 3)] {
            let rates = FraudRates(
                Self.days, sums: [],
                frauds: [
                    KnownFraud(paid: 100, registered: 100, kind: .card, channel: .online, amount: Int64(amount))
                ])
            let classes = rates.rates[0].fraudBySize
            #expect(classes[size] == Int64(amount) && classes.reduce(0, +) == Int64(amount))
        }
    }

    @Test(
        "a half-year's table of any payments parts into channels and types, without a row lost",
        arguments: 1...4 as ClosedRange<UInt64>)
    func table(seed: UInt64) throws {
        var random = SplitMix64(seed &+ 50)
        let (sums, frauds) = (sums(&random), frauds(&random))
        let period = try #require(ReportPeriod("1970-H1"))
        let report = HalfYearReport(period, sums: sums, frauds: frauds)
        let here = frauds.filter { period.days.contains($0.paid) && isReported($0) }
        let payments = sums.filter { period.days.contains($0.day) }
        #expect(report.unplaced == payments.filter { $0.kind == nil }.map(\.count).reduce(0, +))
        #expect(report.unplacedFrauds == Int64(here.count { $0.kind == nil }))
        var seen: Set<String> = []
        for row in report.rows {
            #expect(seen.insert("\(row.instrument) \(row.channel) \(row.fraudType)").inserted)
            let kinds: Set<PaymentKind> =
                row.instrument == "card"
                ? [.card] : row.instrument == "transfer" ? [.transfer, .instantTransfer] : [.cashOut]
            func isOf(_ kind: PaymentKind?, _ channel: PaymentChannel?) -> Bool {
                guard kind.map(kinds.contains) == true else { return false }
                switch row.channel {
                case "all": return true
                case "remote": return channel == .online || channel == .mobile
                case "non_remote": return channel != nil && channel != .online && channel != .mobile
                default: return channel == nil
                }
            }
            let own = here.filter {
                isOf($0.kind, $0.channel)
                    && (row.fraudType == "all" || row.fraudType == $0.type?.rawValue ?? "unknown")
            }
            #expect(row.frauds == Int64(own.count))
            #expect(row.fraudValue == MinorUnits(own.map(\.amount).reduce(0, +)).decimal)
            let lost = own.filter { $0.loss != nil }
            #expect(row.fraudsWithLoss == Int64(lost.count))
            #expect(row.loss == MinorUnits(lost.map { max(0, $0.loss! - ($0.recovered ?? 0)) }.reduce(0, +)).decimal)
            let paid = payments.filter { isOf($0.kind, $0.channel) }
            #expect(row.payments == (row.fraudType == "all" ? paid.map(\.count).reduce(0, +) : nil))
            #expect(row.value == (row.fraudType == "all" ? MinorUnits(paid.map(\.sum).reduce(0, +)).decimal : nil))
        }
        // Each type that has a fraud has its row.
        for fraud in here {
            guard let kind = fraud.kind else { continue }
            let instrument = kind == .cashOut ? "cash_withdrawal" : kind == .card ? "card" : "transfer"
            #expect(seen.contains("\(instrument) all \(fraud.type?.rawValue ?? "unknown")"))
        }
    }

    @Test("a rate's document has decimals, thresholds by both dates and each class, and is read as it was written")
    func document() throws {
        let period = try #require(ReportPeriod("1970-Q2"))
        let rates = FraudRates(
            period.days,
            sums: [
                PaymentSum(day: 100, kind: .card, channel: .online, size: 1, count: 4, sum: 100_000_000),
                PaymentSum(day: 100, kind: .card, channel: nil, size: 1, count: 4, sum: 7),
            ],
            frauds: [
                KnownFraud(paid: 100, registered: 100, kind: .card, channel: .online, amount: 60_000, type: .romance)
            ])
        let report = FraudRateReport(period, rates, today: period.days.upperBound)
        #expect(!report.isComplete && FraudRateReport(period, rates, today: period.days.upperBound + 1).isComplete)
        #expect(report.quarter == "1970-Q2" && report.valueWithoutChannel == "0.07")
        let (card, transfer) = (report.rates[0], report.rates[1])
        #expect(card.instrument == .card && card.payments == 4 && card.value == "1000000.00")
        let rule = card.byPaymentDate
        #expect((rule.fraud, rule.rate, rule.threshold) == ("600.00", 0.0006, "250.00"))
        #expect(card.byPaymentDate == card.byRegistrationDate && card.fraudByDeceivedPayers == "600.00")
        #expect(card.bySize.map(\.upTo) == ["100.00", "250.00", "500.00", nil])
        #expect(card.bySize.map(\.rate) == [nil, 0, nil, nil] && card.bySize[3].fraud == "600.00")
        #expect(card.references == ["100.00": 0.0013, "250.00": 0.0006, "500.00": 0.0001])
        // Of nothing there is no rate, and so no threshold is kept.
        let none = transfer.byPaymentDate
        #expect(none.fraud == "0.00" && none.rate == nil && none.threshold == nil)
        #expect(try JSONDecoder().decode(FraudRateReport.self, from: Data(report.json)) == report)
        #expect(report.json.last == 10 && report.json == FraudRateReport(period, rates, today: 0).json)
        let table = HalfYearReport(try #require(ReportPeriod("1970-H1")), sums: [], frauds: [])
        let fields = try #require(JSONSerialization.jsonObject(with: Data(table.json)) as? [String: Any])
        #expect(
            Set(fields.keys) == ["period", "rows", "paymentsWithoutInstrument", "fraudsWithoutInstrument", "notFilled"])
        #expect((fields["rows"] as? [[String: Any]])?.count == 12)
        #expect((fields["notFilled"] as? [String]) == HalfYearReport.missing)
    }

    @Test("each type of fraud is in one group, and the reporting is about all but what is in none of its tables")
    func types() {
        for type in FraudType.allCases {
            let fraud = KnownFraud(paid: 1, registered: 1, kind: .card, channel: .pos, amount: 1, type: type)
            #expect(fraud.isReported == isReported(fraud), "\(type)")
        }
        #expect(KnownFraud(paid: 1, registered: 1, kind: nil, channel: nil, amount: 1).isReported)
        let groups = Dictionary(grouping: FraudType.allCases, by: \.group).mapValues(\.count)
        #expect(groups == [.unauthorised: 6, .modified: 1, .manipulated: 6, .unreported: 2])
        #expect(PaymentChannel.allCases.filter(\.isRemote) == [.online, .mobile])
        #expect(Instrument(.cashOut) == nil && Instrument(nil) == nil && Instrument(.instantTransfer) == .transfer)
    }

    @Test("a period and the one behind it touch, and a year has all of its days once")
    func periods() throws {
        for length in [ReportPeriod.Length.quarter, .half] {
            var period = ReportPeriod(length, at: 0)
            #expect(period.days.lowerBound == 0)
            for _ in 0..<200 {
                let next = period.next
                #expect(next.days.lowerBound == period.days.upperBound + 1 && next.before == period)
                #expect(ReportPeriod("\(period)") == period)
                period = next
            }
        }
        // Before the first there is none.
        #expect(ReportPeriod(.quarter, at: 0).before == ReportPeriod(.quarter, at: 0))
        #expect(ReportPeriod(.half, at: -5) == ReportPeriod("1970-H1"))
    }
}
