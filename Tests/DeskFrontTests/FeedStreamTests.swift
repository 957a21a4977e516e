import Desk
import DeskFront
import DeskStore
import EventLogs
import HTTPFront
import NIOHTTP1
import Policy
import Records
import Stages
import Support
import Synchronization
import Testing

/// The feed as a browser reads it, without a socket.
private final class Listener: Sendable {
    private let task: Task<Void, Never>
    private let parts: AsyncStream<String>

    /// - Parameter begun: called while the feed's first line is sent.
    init(_ reply: Reply, begun: @escaping @Sendable () async throws -> Void = {}) throws {
        let stream = try #require(reply.stream)
        let (parts, more) = AsyncStream.makeStream(of: String.self)
        self.parts = parts
        task = Task {
            await stream(
                BodyWriter {
                    let text = String(decoding: $0, as: UTF8.self)
                    if text.hasPrefix("retry: ") { try await begun() }
                    more.yield(text)
                })
            more.finish()
        }
    }

    deinit { task.cancel() }

    /// What comes until so many events are there, or the feed's end.
    func hear(_ count: Int) async -> [Event] {
        var text = ""
        for await part in parts {
            text += part
            if Event.all(text).count >= count { break }
        }
        return Event.all(text)
    }

    /// Whether something that begins so is sent.
    func hear(line: String) async -> Bool {
        for await part in parts where part.hasPrefix(line) { return true }
        return false
    }
}

private struct Event {
    var id = ""
    var name = ""
    var data = ""

    static func all(_ text: String) -> [Event] {
        text.components("\n\n").compactMap { block in
            var event = Event()
            for line in block.components("\n") {
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { event.data = String(line.dropFirst(6)) }
            }
            return event.name.isEmpty ? nil : event
        }
    }

    func isOf(_ item: ItemID) -> Bool { data.contains("\"item\":\"\(item)\"") }
}

extension String {
    fileprivate func components(_ mark: String) -> [String] { split(separator: mark).map(String.init) }
}

/// Waits until its task is cancelled.
@Sendable private func forever(_: Duration) async throws {
    let never = AsyncStream<Void> { _ in }
    for await _ in never {}
}

@Suite(.timeLimit(.minutes(5)))
struct FeedStreamTests {
    private func listen(
        _ pages: Pages, _ visitor: Pages.Visitor, _ query: String, behind id: String? = nil
    ) async throws -> Listener {
        let reply = try await pages.call(
            .GET, "/feed?\(query)", as: visitor,
            headers: id.map { ["Last-Event-ID": $0] } ?? [:])
        #expect(reply.status == .ok && reply.headers["Content-Type"] == ["text/event-stream; charset=utf-8"])
        return try Listener(reply)
    }

    @Test(
        "alerts and acts come as they happen; who comes back with the last id has the rest, each once, at whatever place"
    )
    func resumes() async throws {
        let pages = try Pages(alerts: 3, pause: forever)
        let ana = try pages.enter("ana", .analyst)
        let start = try pages.index.feedEnds().end
        let live = try await listen(pages, ana, "cursor=\(start)")
        try pages.world.alert(3..<6)
        let alerts = await live.hear(3)
        #expect(zip(alerts, 3...).allSatisfy { $0.name == "alert" && $0.isOf(DeskSamples.item($1)) })
        for number in 0..<2 {
            let form = ["token": ana.token, "text": "note \(number)"]
            _ = try await pages.call(.POST, "/alerts/\(DeskSamples.item(number))/note", as: ana, form: form)
        }
        let acts = await live.hear(2)
        #expect(zip(acts, 0...).allSatisfy { $0.name == "act" && $0.isOf(DeskSamples.item($1)) })
        let all = (alerts + acts).map(\.data)
        #expect(all.count == 5)
        for place in all.indices.dropLast() {
            let rest = try await listen(pages, ana, "cursor=x", behind: (alerts + acts)[place].id)
            #expect(await rest.hear(4 - place).map(\.data) == Array(all[(place + 1)...]), "\(place)")
        }
        #expect(all.allSatisfy { !$0.contains("\"c-") && !$0.contains("customer") })
    }

    @Test("who names no place has all that comes from the feed's first line on")
    func begins() async throws {
        let pages = try Pages(alerts: 1, pause: forever)
        let reply = try await pages.call(.GET, "/feed", as: pages.enter("ana", .analyst))
        let (world, index) = (pages.world, pages.index)
        let listener = try Listener(reply) {
            let end = try index.feedEnds().end
            try world.alert(1..<2)
            while try index.feedEnds().end == end { await Task.yield() }
        }
        #expect(await listener.hear(line: "retry: "))
        try world.alert(2..<3)
        let events = await listener.hear(1)
        #expect(events.first?.isOf(DeskSamples.item(1)) == true)
    }

    @Test(
        "a cursor of another log, and a text that is none, is told so once, and the feed goes on from its end",
        arguments: ["a9-c9", "a1.1-c0", "x"])
    func resets(cursor: String) async throws {
        let pages = try Pages(alerts: 3, pause: forever)
        let listener = try await listen(pages, try pages.enter("ana", .analyst), "cursor=\(cursor)")
        let first = await listener.hear(1)
        #expect(first.map(\.name) == ["reset"])
        #expect(first.first?.id == "\(try pages.index.feedEnds().end)")
        try pages.world.alert(3..<4)
        #expect(await listener.hear(1).map(\.name) == ["alert"])
    }

    @Test(
        "a filter lets through the alerts that it asked for when they were new, whatever became of them, and every act")
    func filters() async throws {
        let pages = try Pages(alerts: 12, pause: forever)
        let ana = try pages.enter("ana", .analyst)
        let item = try #require((0..<12).map { DeskSamples.facts($0) }.first { $0.band == .decline }).item
        let form = ["token": ana.token, "finding": "legitimate", "version": "0"]
        #expect(try await pages.call(.POST, "/alerts/\(item)/verdict", as: ana, form: form).status == .seeOther)
        let wanted = (0..<12).map { DeskSamples.facts($0) }.filter { $0.band == .decline }
        let listener = try await listen(pages, ana, "band=decline&whose=free&cursor=a0-c0")
        let events = await listener.hear(wanted.count + 1)
        #expect(events.count { $0.name == "alert" } == wanted.count)
        for facts in wanted { #expect(events.contains { $0.name == "alert" && $0.isOf(facts.item) }) }
        #expect(events.contains { $0.name == "act" && $0.isOf(item) })
    }

    @Test("a feed ends with its session: signed out, or an hour after the last page, which listening does not put off")
    func ends() async throws {
        let pages = try Pages(alerts: 1, pause: forever)
        let (ana, ben) = (try pages.enter("ana", .analyst), try pages.enter("ben", .analyst))
        let start = "cursor=\(try pages.index.feedEnds().end)"
        let (first, second) = (try await listen(pages, ana, start), try await listen(pages, ben, start))
        pages.world.clock.advance(.seconds(1800))
        try pages.world.alert(1..<2)
        #expect(await first.hear(1).count == 1)
        #expect(await second.hear(1).count == 1)
        pages.sessions.signOut(ana.cookie)
        try pages.world.alert(2..<3)
        #expect(await first.hear(1).isEmpty)
        #expect(await second.hear(1).count == 1)
        pages.world.clock.advance(.seconds(1800))
        try pages.world.alert(3..<4)
        #expect(await second.hear(1).isEmpty)
    }

    @Test("a program's feed ends where its key ends, may something else, or sees something else")
    func keys() async throws {
        let text = DeskKey.text(random: [UInt8](repeating: 1, count: 32))
        let line = "nightly look 2100-01-01T00:00:00Z \(DeskKey.hash(text))"
        for (other, goesOn) in [
            (line, true), (line + "\n" + line.replacing(DeskKey.hash(text), with: DeskKey.hash("x")), true),
            ("", false),
            (line + " kind=card", false), (line.replacing("look", with: "figures"), false),
        ] {
            let pages = try Pages(alerts: 1, pause: forever)
            pages.keys.replace(try DeskKeys(text: line))
            let start = "cursor=\(try pages.index.feedEnds().end)"
            let listener = try Listener(
                try await pages.call(
                    .GET, "/feed?\(start)", as: nil, headers: ["Authorization": "Bearer \(text)"]))
            try pages.world.alert(1..<2)
            #expect(await listener.hear(1).count == 1)
            pages.keys.replace(try DeskKeys(text: other))
            try pages.world.alert(2..<3)
            #expect(await listener.hear(1).isEmpty != goesOn, "\(other)")
        }
    }

    @Test("where nothing happens for a while a line says that the feed lives, and finds out whose session is over")
    func beats() async throws {
        let pages = try Pages(alerts: 1)
        let ana = try pages.enter("ana", .analyst)
        let listener = try await listen(pages, ana, "")
        #expect(await listener.hear(line: ": \n\n"))
        pages.sessions.signOut(ana.cookie)
        #expect(await listener.hear(1).isEmpty)
    }
}
