import Desk
import DeskFront
import DeskStore
import HTTPFront
import NIOHTTP1
import Policy
import Records
import Support
import Testing

/// Saved filters in the queue.
struct FilterRoutesTests {
    @Test(
        "a person's filter is theirs, a supervisor's may be all's; each is a link in the queue, and is taken away there"
    )
    func ways() async throws {
        let pages = try Pages(alerts: 3)
        let (ana, ben, eva) = (
            try pages.enter("ana", .analyst), try pages.enter("ben", .analyst), try pages.enter("eva", .supervisor)
        )
        func save(_ visitor: Pages.Visitor, _ number: Int, _ name: String, _ more: [String: String] = [:]) async throws
            -> Reply
        {
            let form = [
                "token": visitor.token, "act": DeskSamples.act(number).hex, "name": name,
                "filter": "kind=card&at_least=500.00",
            ]
            return try await pages.call(.POST, "/filters/save", as: visitor, form: form.merging(more) { $1 })
        }
        #expect(try await save(ana, 1, "large <cards>").location == "/queue?kind=card&at_least=500.00")
        #expect(try await save(ana, 2, "x", ["shared": "1"]).status == .forbidden)
        #expect(try await save(eva, 3, "for all", ["shared": "1"]).status == .seeOther)
        for more in [["name": ""], ["filter": "customer=c-1"]] {
            #expect(try await save(ana, 4, "y", more).status == .unprocessableEntity)
        }
        #expect(try await save(ana, 5, "y", ["filter": "sql=1"]).status == .badRequest)
        let own = try await pages.call(.GET, "/queue?kind=card&at_least=500.00", as: ana).text
        #expect(own.contains("large &lt;cards&gt;") && own.contains("for all"))
        #expect(
            own.contains("/filters/\(DeskSamples.act(1))/drop") && !own.contains("/filters/\(DeskSamples.act(3))/drop"))
        let other = try await pages.call(.GET, "/queue", as: ben).text
        #expect(!other.contains("large &lt;cards&gt;") && other.contains("for all"))
        func drop(_ visitor: Pages.Visitor, _ number: Int) async throws -> HTTPResponseStatus {
            let target = "/filters/\(DeskSamples.act(number))/drop"
            let reply = try await pages.call(.POST, target, as: visitor, form: ["token": visitor.token])
            return reply.status
        }
        #expect(try await drop(ben, 1) == .notFound)
        #expect(try await drop(ben, 3) == .forbidden)
        #expect(try await drop(ana, 1) == .seeOther)
        #expect(try await drop(eva, 3) == .seeOther)
        #expect(try pages.index.filters(of: ana.actor, team: "").isEmpty)
        // Another desk's index has the same from the topic alone.
        let fresh = try pages.world.desk("fresh")
        _ = try await save(ana, 6, "again")
        try fresh.projection.catchUp()
        #expect(try fresh.index.filters(of: ana.actor, team: "").map(\.filter.saved.name) == ["again"])
    }
}
