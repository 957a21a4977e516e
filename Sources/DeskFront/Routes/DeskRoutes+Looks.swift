import Audit
import Desk
import Foundation
import HTTPFront
import NIOHTTP1
import Records

/// Who looked at what, and names that are shown for a reason.
extension DeskRoutes {
    var lookRoutes: [DeskRoute] {
        [
            .get("/looks", needs: .audit, about: .nothing) { request, frame in try looks(request, frame) }.asLook,
            .post("/alerts/{}/names", needs: .unmask, about: .alert) { request, frame in try names(request, frame) },
        ]
    }

    /// Most entries of a page, and the longest time that a search looks through which names nobody and nothing.
    static let lookLimit = 200
    private static let longestSearch: Int64 = 31 * 86_400_000_000

    private func looks(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        guard let query = request.query?.filter({ !$0.value.isEmpty }) else {
            throw QueueFilter.Fault(field: nil, reason: .unreadableAddress)
        }
        let search = try search(query, now: frame.now)
        let (entries, isMore) = try access.entries(search, limit: Self.lookLimit)
        return Reply(
            page: LooksPage(frame: frame, search: search, query: query, entries: entries, isMore: isMore).html)
    }

    private func search(
        _ query: [(name: String, value: String)], now: Int64
    ) throws(QueueFilter.Fault) -> AccessLog.Search {
        var search = AccessLog.Search()
        search.since = now - 86_400_000_000
        for (name, value) in query {
            func taken<T>(_ value: T?) throws(QueueFilter.Fault) -> T {
                guard let value else { throw .init(field: name, reason: .notListed) }
                return value
            }
            switch name {
            case "what":
                search.kinds = [try taken(LooksPage.kinds.first { $0.name == value })]
            case "who": search.actor = value.contains(":") ? value : "person:\(value)"
            case "item": search.item = value
            case "since": search.since = try taken(EventTime(rfc3339: value)).seconds * 1_000_000
            case "until": search.until = (try taken(EventTime(rfc3339: value)).seconds + 86_400) * 1_000_000
            case "before": search.before = try taken(Int(value))
            default:
                guard let kind = LinkKind(rawValue: name) else {
                    throw .init(field: nil, reason: .unknownFilter)
                }
                search.lookedFor = access.hash(.init(kind, value))
            }
        }
        let namesOne = search.actor != nil || search.item != nil || search.lookedFor != nil
        if namesOne, !query.contains(where: { $0.name == "since" }) { search.since = .min }
        guard namesOne || min(search.until, now) - search.since <= Self.longestSearch else {
            throw .init(field: "since", reason: .wideSearch)
        }
        return search
    }

    /// The page of an alert with all names in full, once, for a reason that is written down.
    private func names(_ request: DeskRequest, _ frame: PageFrame) throws -> Reply {
        guard let item = request.item, let me = frame.me else { return trouble(.notFound, Trouble.missing, frame) }
        let reason = request.form?["reason"]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        guard (1...200).contains(reason.utf8.count) else {
            return try show(
                item, frame, query: "", status: .unprocessableEntity, notice: .refused(frame.text(.reasonNeeded)))
        }
        try access.looked(me, "POST /alerts/{}/names", at: item.hex, reason: reason)
        var frame = frame
        frame.isUnmasked = true
        return try show(item, frame, query: "")
    }
}
