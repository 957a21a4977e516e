import Desk
import DeskStore
import HTTPFront
import NIOHTTP1
import Records

/// Random samples, what they say, and second looks.
extension DeskRoutes {
    var sampleRoutes: [DeskRoute] {
        [
            .get("/samples", needs: .figures, about: .list) { request, frame in try samples(request, frame) },
            .post("/alerts/{}/second", needs: .work, about: .alert) { request, frame in
                try await second(request, frame)
            },
        ]
    }

    private func samples(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        var days = SamplesPage.days[1]
        for (name, value) in request.query ?? [] {
            guard name == "days", let number = Int64(value), SamplesPage.days.contains(number) else {
                throw QueueFilter.Fault(field: name == "days" ? name : nil, reason: .notListed)
            }
            days = number
        }
        let times = frame.now - days * 86_400_000_000..<frame.now + 1
        return Reply(
            page: SamplesPage(
                frame: frame, days: days, groups: try service.index.samples(drawn: times, team: frame.scope),
                looks: try service.index.secondLooks(closed: times, team: frame.scope), rules: try service.index.house()
            ).html)
    }
}
