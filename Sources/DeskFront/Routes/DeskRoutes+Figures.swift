import Desk
import DeskStore
import HTTPFront
import Records

/// Figures.
extension DeskRoutes {
    var figureRoutes: [DeskRoute] {
        [
            .get("/dashboard", needs: .figures, about: .list) { request, frame in try dashboard(request, frame) }
        ]
    }

    private func dashboard(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        var count: Int64 = 30
        for (name, value) in request.query ?? [] {
            guard name == "days" else { throw QueueFilter.Fault(field: nil, reason: .unknownFilter) }
            guard let days = Int64(value), DashboardPage.spans.contains(days) else {
                throw QueueFilter.Fault(field: name, reason: .notListed)
            }
            count = days
        }
        let today = frame.now / 86_400_000_000
        let figures = try service.index.figures(today - count + 1...today, of: frame.scope, people: true)
        return Reply(page: DashboardPage(frame: frame, figures: figures, today: today).html)
    }
}
