import Desk
import Foundation
import Policy
import Records
import Support
import Testing

struct ReportTests {
    @Test("periods are those of the calendar, over 400 years")
    func periods() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for year in 1970..<2370 {
            for (length, months, letter) in [(ReportPeriod.Length.quarter, 3, "Q"), (.half, 6, "H")] {
                for number in 1...12 / months {
                    let period = try #require(ReportPeriod("\(year)-\(letter)\(number)"))
                    let first = try #require(
                        calendar.date(from: DateComponents(year: year, month: (number - 1) * months + 1, day: 1)))
                    let end = try #require(calendar.date(byAdding: .month, value: months, to: first))
                    let days =
                        Int64(first.timeIntervalSince1970) / 86_400...Int64(end.timeIntervalSince1970) / 86_400 - 1
                    #expect(period.days == days)
                    for day in [days.lowerBound, days.upperBound] { #expect(ReportPeriod(length, at: day) == period) }
                    if days.lowerBound > 0 { #expect(period.before.days.upperBound == days.lowerBound - 1) }
                    #expect(period.description == "\(year)-\(letter)\(number)")
                }
            }
        }
    }

    @Test(
        "a text that is no period is none",
        arguments: [
            "", "2026", "2026-Q0", "2026-Q5", "2026-H3", "26-Q1", "2026-q1", "2026-Q1-", "1969-Q4", "2026-Q11",
            "2026-M1",
        ])
    func noPeriod(text: String) { #expect(ReportPeriod(text) == nil) }

    private static let days: ClosedRange<Int64> = 100...189

    private func sum(
        _ kind: PaymentKind?, _ channel: PaymentChannel?, _ sum: Int64, day: Int64 = 120, size: Int = 0
    ) -> PaymentSum {
        PaymentSum(day: day, kind: kind, channel: channel, size: size, count: 10, sum: sum)
    }

    private func fraud(
        _ kind: PaymentKind?, _ channel: PaymentChannel?, _ amount: Int64, paid: Int64 = 120, registered: Int64 = 150,
        _ type: FraudType? = nil, loss: Int64? = nil, recovered: Int64? = nil
    ) -> KnownFraud {
        KnownFraud(
            paid: paid, registered: registered, kind: kind, channel: channel, amount: amount, type: type, loss: loss,
            recovered: recovered)
    }

    @Test("the rate is the value of remote frauds by the value of all remote payments of an instrument, by both dates")
    func rates() throws {
        let rates = FraudRates(
            Self.days,
            sums: [
                sum(.card, .online, 600_000_000), sum(.card, .mobile, 400_000_000, size: 3),
                sum(.card, .pos, 900_000_000),
                sum(.card, .phone, 77), sum(.card, nil, 5000), sum(nil, .online, 700), sum(.cashOut, .atm, 9),
                sum(.instantTransfer, .mobile, 100_000_000), sum(.transfer, .online, 100_000_000),
                sum(.card, .online, 1_000_000, day: 99), sum(.card, .online, 1_000_000, day: 190),
            ],
            frauds: [
                fraud(.card, .online, 9_000), fraud(.card, .mobile, 60_000, .cardDataTheft),
                fraud(.card, .pos, 5_000_000), fraud(.card, .online, 40_000, .firstParty),
                fraud(.card, .online, 8000, paid: 90, registered: 100), fraud(.card, .online, 3000, registered: 190),
                fraud(.transfer, .online, 30_000, .romance), fraud(.instantTransfer, .mobile, 1, .muleAccount),
                fraud(.card, nil, 11), fraud(nil, .online, 13),
            ])
        let (card, transfer) = (rates.rates[0], rates.rates[1])
        #expect(card.instrument == .card && card.all == 1_000_000_000 && card.count == 20)
        #expect(card.byPayment == 72_000 && card.byRegistration == 77_000 && card.manipulated == 0)
        #expect(card.rate(byRegistration: false) == 0.000072 && card.rate(byRegistration: true) == 0.000077)
        #expect(card.fraudBySize == [12_000, 0, 0, 60_000] && card.allBySize == [600_000_000, 0, 0, 400_000_000])
        #expect(card.rate(ofSize: 0) == 0.00002 && card.rate(ofSize: 1) == nil)
        #expect(transfer.all == 200_000_000 && transfer.byPayment == 30_000 && transfer.manipulated == 30_000)
        #expect((rates.withoutChannel, rates.fraudWithoutChannel) == (5000, 11))
        #expect((rates.withoutInstrument, rates.fraudWithoutInstrument) == (700, 13))
        #expect(FraudRates(Self.days, sums: [], frauds: []).rates[0].rate(byRegistration: false) == nil)
    }

    @Test("a rate keeps the thresholds whose reference it does not pass")
    func thresholds() {
        let (card, transfer) = (FraudRate(instrument: .card), FraudRate(instrument: .transfer))
        let cards: [(Double, Int64?)] = [
            (0, 50_000), (0.0001, 50_000), (0.000101, 25_000), (0.0006, 25_000), (0.00061, 10_000), (0.0013, 10_000),
            (0.00131, nil),
        ]
        for (rate, threshold) in cards { #expect(card.threshold(at: rate) == threshold, "\(rate)") }
        let transfers: [(Double, Int64?)] = [
            (0.00005, 50_000), (0.00006, 25_000), (0.00011, 10_000), (0.00015, 10_000), (0.00016, nil),
        ]
        for (rate, threshold) in transfers { #expect(transfer.threshold(at: rate) == threshold, "\(rate)") }
    }

    @Test("the half-year's table counts payments once, by the day of the payment, and says which frauds it can't place")
    func halfYear() throws {
        let period = try #require(ReportPeriod("1970-H1"))
        let report = HalfYearReport(
            period,
            sums: [
                sum(.card, .online, 1000), sum(.card, .pos, 500), sum(.card, nil, 70), sum(.transfer, .online, 90),
                sum(nil, nil, 7), sum(.cashOut, .atm, 20), sum(.card, .online, 1, day: 181),
            ],
            frauds: [
                fraud(.card, .online, 100, .cardDataTheft, loss: 80, recovered: 30),
                fraud(.card, .online, 40, .cardDataTheft), fraud(.card, .online, 7),
                fraud(.card, .pos, 9, .lostOrStolen, loss: 1, recovered: 5), fraud(.card, .online, 3, .firstParty),
                fraud(.card, .online, 1, paid: 181), fraud(nil, nil, 2),
            ])
        func row(_ instrument: String, _ channel: String, _ type: String) -> HalfYearReport.Row? {
            report.rows.first { $0.instrument == instrument && $0.channel == channel && $0.fraudType == type }
        }
        let all = try #require(row("card", "all", "all"))
        #expect((all.payments, all.value, all.frauds, all.fraudValue) == (30, "15.70", 4, "1.56"))
        // What came back is no gain.
        #expect((all.loss, all.fraudsWithLoss) == ("0.50", 2))
        let remote = try #require(row("card", "remote", "all"))
        #expect((remote.payments, remote.value, remote.frauds, remote.fraudValue) == (10, "10.00", 3, "1.47"))
        let stolen = try #require(row("card", "remote", "card_data_theft"))
        #expect((stolen.payments, stolen.frauds, stolen.fraudValue, stolen.loss) == (nil, 2, "1.40", "0.50"))
        #expect(row("card", "remote", "unknown")?.frauds == 1 && row("card", "unknown", "all")?.payments == 10)
        #expect(row("card", "remote", "first_party") == nil)
        #expect(
            row("cash_withdrawal", "non_remote", "all")?.value == "0.20"
                && row("transfer", "remote", "all")?.frauds == 0)
        #expect((report.unplaced, report.unplacedFrauds) == (10, 1))
        // Parts add up to all, of each instrument.
        for instrument in ["card", "transfer", "cash_withdrawal"] {
            let parts = report.rows.filter {
                $0.instrument == instrument && $0.fraudType == "all" && $0.channel != "all"
            }
            let sum = row(instrument, "all", "all")
            #expect(parts.reduce(0) { $0 + ($1.payments ?? 0) } == sum?.payments)
            #expect(parts.reduce(0) { $0 + $1.frauds } == sum?.frauds)
        }
        let lines = report.csv.components(separatedBy: "\r\n")
        #expect(lines.count == report.rows.count + 2 && lines.last == "")
        #expect(lines.contains("1970-H1,card,remote,card_data_theft,,,2,1.40,0.50,1"))
        #expect(
            lines.allSatisfy { $0.isEmpty || $0.split(separator: ",", omittingEmptySubsequences: false).count == 10 })
    }
}
