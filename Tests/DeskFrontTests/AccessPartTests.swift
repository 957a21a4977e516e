import Audit
import Desk
import DeskFront
import Keys
import Manifests
import Records
import Secrets
import Support
import Testing

/// The log of looks in parts: a month each, one after the other, the old ones removed.
struct AccessPartTests {
    private final class Desk {
        let parts = AuditPartBytes()
        let clock = ManualClock()
        let secret = randomBytes(32)
        var limits = AccessLog.Limits()
        let ana = Actor(.person, "ana")!

        func open() throws -> AccessLog {
            try AccessLog(
                member: DeskSamples.member, names: SecretKey(bytes: [UInt8](repeating: 5, count: 32)), parts: parts,
                clock: clock, limits: limits
            ) { [secret] in SigningKey(bytes: secret)! }
        }

        /// Checks a part as anybody does who has the desk's key.
        func verify(_ part: Int, as number: Int? = nil) throws -> AuditVerifier {
            let key = SigningKey(bytes: secret)!.verifyingKey
            var verifier = AuditVerifier(
                consortium: AccessPart.consortium(of: DeskSamples.member, part: number ?? part),
                role: .member(DeskSamples.member)
            ) { _ in key }
            try parts.read(part) { try verifier.verify($0) }
            return verifier
        }

        func first(_ part: Int) throws -> AuditEntry { try #require(try parts.read(part) { AccessPart.first(in: $0) }) }
    }

    private static let day: Duration = .seconds(86_400)

    @Test("each month is a part, each goes on from the one before, and a search finds entries of all by their numbers")
    func months() throws {
        let desk = Desk()
        let log = try desk.open()
        let begins = EventTime(seconds: desk.clock.microseconds / 1_000_000).date
        for number in 0..<100 {
            try log.looked(desk.ana, "GET /alerts/{}", at: "\(number)")
            try log.sign()
            desk.clock.advance(Self.day)
        }
        let ends = EventTime(seconds: desk.clock.microseconds / 1_000_000).date
        let months = (ends.year - begins.year) * 12 + ends.month - begins.month
        #expect(months >= 3 && desk.parts.numbers().count >= months)
        var (total, last): (Int, AuditVerifier?) = (0, nil)
        for part in desk.parts.numbers() {
            let verifier = try desk.verify(part)
            if let last {
                let first = try desk.first(part)
                #expect(AccessPart.number(first) == part && AccessPart.before(first) == total)
                let before = total - last.tree.count
                #expect(AccessPart.fault(from: last.tree.root, size: last.tree.count, before: before, to: first) == nil)
                #expect(
                    AccessPart.fault(from: verifier.tree.root, size: last.tree.count, before: before, to: first) != nil)
                #expect(
                    AccessPart.fault(from: last.tree.root, size: last.tree.count - 1, before: before, to: first) != nil)
                #expect(throws: AuditFault.self, "a part is none of another number") {
                    try desk.verify(part, as: part - 1)
                }
            }
            total += verifier.tree.count
            last = verifier
        }
        #expect(log.count == total && total == 100 + desk.parts.numbers().count - 1)
        // All looks, the newest first, in pages of seven.
        var (search, items, numbers) = (AccessLog.Search(), [String](), [Int]())
        search.kinds = [.looked]
        while true {
            let (found, isMore) = try log.entries(search, limit: 7)
            items += found.compactMap { $0.entry.event.fields[.item] }
            numbers += found.map(\.number)
            search.before = found.last?.number
            guard isMore else { break }
            #expect(found.count == 7)
        }
        #expect(items == (0..<100).reversed().map { "\($0)" })
        #expect(numbers == numbers.sorted(by: >) && Set(numbers).count == 100)
    }

    @Test("a restart at any moment of a turn goes on, with each part's first entry written once", arguments: 0..<4)
    func restarts(kept: Int) throws {
        let desk = Desk()
        var log = try desk.open()
        try log.looked(desk.ana, "GET /alerts/{}")
        try log.sign()
        // The next part is there, with nothing in it, or with its first bytes, or its first entry without a head.
        if kept > 0 { _ = desk.parts.storage(2) }
        if kept > 1 { try desk.parts.storage(2).append(Array(AuditFrames.magic.prefix(kept == 2 ? 5 : 999))) }
        log = try desk.open()
        try log.looked(desk.ana, "GET /alerts/{}")
        desk.clock.advance(.seconds(40 * 86_400))
        try log.sign()
        for _ in 0..<3 {
            log = try desk.open()
            try log.looked(desk.ana, "GET /queue")
            try log.sign()
        }
        var kinds: [AuditKind] = []
        for part in desk.parts.numbers() {
            var verifier = try desk.verify(part)
            verifier = AuditVerifier(
                consortium: AccessPart.consortium(of: DeskSamples.member, part: part)
            ) { [desk] _ in SigningKey(bytes: desk.secret)!.verifyingKey }
            try desk.parts.read(part) { try verifier.verify($0) { kinds.append($0.event.kind) } }
            if part > 1 { #expect(try desk.first(part).event.kind == .continued) }
        }
        #expect(kinds.filter { $0 == .continued }.count == desk.parts.numbers().count - 1)
        #expect(kinds.filter { $0 == .looked }.count == 5 && log.count == kinds.count)
    }

    @Test("a part that is full is followed by the next one within a month")
    func full() throws {
        let desk = Desk()
        desk.limits.entries = 10
        let log = try desk.open()
        for number in 0..<35 {
            try log.looked(desk.ana, "GET /alerts/{}", at: "\(number)")
            try log.sign()
        }
        #expect(desk.parts.numbers() == [1, 2, 3, 4])
        #expect(try desk.verify(1).tree.count == 10 && desk.verify(2).tree.count == 10)
        #expect(try log.entries(.init(), limit: 100).entries.map(\.number) == (0..<log.count).reversed())
    }

    @Test("parts are removed so many days behind their end, never the newest, and that they are is an entry")
    func removal() throws {
        let desk = Desk()
        desk.limits.days = 60
        let log = try desk.open()
        for number in 0..<200 {
            try log.looked(desk.ana, "GET /alerts/{}", at: "\(number)")
            try log.sign()
            desk.clock.advance(Self.day)
            let oldest = try #require(try log.entries(.init(), limit: 1000).entries.last).entry
            let age = (desk.clock.microseconds - oldest.microseconds) / 86_400_000_000
            #expect(age <= 60 + 31 + 1, "a part has up to 31 days")
        }
        var search = AccessLog.Search()
        search.kinds = [.erased]
        let gone = try log.entries(search, limit: 100).entries.compactMap { $0.entry.event.fields[.part] }
        let first = try #require(desk.parts.numbers().first)
        #expect(first > 3 && gone.first == "\(first - 1)")
        #expect(try desk.open().count == log.count, "numbers go on as if all were there")
        // Nothing is written for a year: the part that is written to stays.
        desk.clock.advance(.seconds(400 * 86_400))
        try log.sign()
        try log.sign()
        #expect(try !log.entries(.init(), limit: 10).entries.isEmpty)
    }

    @Test("a part before that was altered keeps the next one from being begun by it")
    func altered() throws {
        let desk = Desk()
        let log = try desk.open()
        try log.looked(desk.ana, "GET /alerts/{}")
        try log.sign()
        let bytes = try desk.parts.read(1) { Array($0) }
        try desk.parts.storage(1).truncate(to: bytes.count - 1)
        try desk.parts.storage(1).append([bytes.last! ^ 1])
        desk.clock.advance(.seconds(40 * 86_400))
        #expect(throws: AccessLog.Failure.self) { try log.sign() }
    }
}
