import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// What a regulator asks for.
extension DeskRoutes {
    var reportRoutes: [DeskRoute] {
        [
            .get("/reports", needs: .figures, about: .list) { request, frame in try reports(request, frame) },
            .get("/reports/fraud-rate.json", needs: .figures, about: .list) { request, frame in
                let (quarter, today) = (try period("quarter", .quarter, request, frame), frame.now / 86_400_000_000)
                guard let (sums, frauds) = try service.index.reported(quarter.days, of: frame.scope) else {
                    return trouble(.conflict, .reportsNeedSums, frame)
                }
                let rates = FraudRates(quarter.days, sums: sums, frauds: frauds)
                return Reply(
                    file: FraudRateReport(quarter, rates, today: today).json, "fraud-rate-\(quarter).json",
                    type: "application/json")
            },
            .get("/reports/half-year.csv", needs: .figures, about: .list) { request, frame in
                try halfYear(request, frame, "csv", type: "text/csv; charset=utf-8") { Array($0.csv.utf8) }
            },
            .get("/reports/half-year.json", needs: .figures, about: .list) { request, frame in
                try halfYear(request, frame, "json", type: "application/json") { $0.json }
            },
        ]
    }

    /// The period that an address names; the one that ended last where it names none.
    private func period(
        _ name: String, _ length: ReportPeriod.Length, _ request: DeskRequest, _ frame: PageFrame
    ) throws(QueueFilter.Fault) -> ReportPeriod {
        var period = ReportPeriod(length, at: frame.now / 86_400_000_000).before
        for field in request.query ?? [] {
            guard field.name == name else { throw QueueFilter.Fault(field: nil, reason: .unknownFilter) }
            guard let asked = ReportPeriod(field.value), asked.length == length else {
                throw QueueFilter.Fault(field: name, reason: length == .quarter ? .noQuarter : .noHalfYear)
            }
            period = asked
        }
        return period
    }

    private func reports(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        let quarter = try period("quarter", .quarter, request, frame)
        let half = ReportPeriod(.half, at: quarter.days.lowerBound)
        guard let (sums, frauds) = try service.index.reported(half.days, of: frame.scope) else {
            return trouble(.conflict, .reportsNeedSums, frame)
        }
        return Reply(
            page: ReportsPage(
                frame: frame, quarter: quarter, half: half,
                rates: FraudRates(quarter.days, sums: sums, frauds: frauds),
                table: HalfYearReport(half, sums: sums, frauds: frauds), today: frame.now / 86_400_000_000
            ).html)
    }

    private func halfYear(
        _ request: DeskRequest, _ frame: PageFrame, _ ending: String, type: String, _ body: (HalfYearReport) -> [UInt8]
    ) throws -> Reply {
        let half = try period("half", .half, request, frame)
        guard let (sums, frauds) = try service.index.reported(half.days, of: frame.scope) else {
            return trouble(.conflict, .reportsNeedSums, frame)
        }
        return Reply(
            file: body(HalfYearReport(half, sums: sums, frauds: frauds)), "fraud-report-\(half).\(ending)", type: type)
    }
}

extension Reply {
    /// A file that a browser keeps.
    init(file body: [UInt8], _ name: String, type: String) {
        self.init(status: .ok, type: type, body: body)
        headers.replaceOrAdd(name: "Content-Disposition", value: "attachment; filename=\"\(name)\"")
    }
}
