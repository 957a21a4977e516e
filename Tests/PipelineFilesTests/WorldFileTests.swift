import PipelineFiles
import Records
import Testing
import Worlds

@Suite("World files")
struct WorldFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    @Test("that are committed are read, and the consortium's says what holds where nothing is said")
    func committed() throws {
        let start = try #require(EventTime(rfc3339: "2026-01-01"))
        guard case .consortium(let plan) = try WorldFile(file: ConfigurationFixture.committed("worlds/consortium.yaml"))
        else {
            Issue.record("no consortium")
            return
        }
        let total = WorldPlan.usualSegments.values.reduce(0, +)
        for (segment, share) in WorldPlan.usualSegments {
            #expect(abs((plan.segments[segment] ?? 0) / 100 - share / total) < 1e-9)
        }
        #expect(plan.typologies == WorldPlan.usualTypologies)
        #expect(plan.seed == 1 && plan.days == 60 && plan.customers == 5000 && plan.terminals == 4000)
        #expect(plan.start == start && plan.banks.map(\.id.name) == ["bank-a", "bank-b", "bank-c"])
        guard case .handbook(let options) = try WorldFile(file: ConfigurationFixture.committed("worlds/handbook.yaml"))
        else {
            Issue.record("no handbook")
            return
        }
        #expect(options.customers == 5000 && options.terminals == 10_000 && options.radius == 5 && options.days == 60)
    }

    @Test("changes take the place of what the file says")
    func changes() throws {
        let start = try #require(EventTime(rfc3339: "2027-05-01"))
        let changed = try WorldFile(
            file: ConfigurationFixture.committed("worlds/consortium.yaml"),
            changes: .init(seed: 9, start: start, days: 3, customers: 700, terminals: 800))
        guard case .consortium(let plan) = changed else {
            Issue.record("no consortium")
            return
        }
        #expect(plan.seed == 9 && plan.days == 3 && plan.customers == 700 && plan.terminals == 800)
        #expect(plan.start == start && changed.seed == 9)
    }

    @Test("a segment that is left out has nobody, a typology that is left out its usual rate")
    func leftOut() throws {
        try file.write(Self.head + "segments: { student: 1 }\ntypologies: { mule: 0 }\n")
        guard case .consortium(let plan) = try WorldFile(file: file.path) else {
            Issue.record("no consortium")
            return
        }
        #expect(plan.segments == [.student: 1])
        #expect(plan.typologies[.mule] == 0 && plan.typologies[.bustOut] == WorldPlan.usualTypologies[.bustOut])
    }

    private static let head = """
        world: consortium
        seed: 1
        start: 2026-01-01
        days: 10
        customers: 500
        terminals: 500
        banks: { bank-a: 1 }

        """

    private static let keys = "known here: world, seed, start, days, customers, terminals, banks, segments, typologies"
    private static let date = "3: start: a date such as 2026-03-01 belongs here"
    private static let names =
        "1 to 40 of a-z, 0-9 and -, starting with a letter, belong here (not `consortium`)"
    private static let size = "100 to 10,000,000 customers and as many terminals, and 1 to 3660 days"
    private static let segments = "student, employee, family, affluent, pensioner, small_business"
    private static let typologies = Typology.allCases.map(\.rawValue).joined(separator: ", ")

    /// A line of the head as it should not be.
    private static let wrong: [(line: String, instead: String, mistake: String)] = [
        ("world: consortium", "world: village", "1: world: consortium or handbook belongs here"),
        ("days: 10", "days: 0", "4: days: a whole number from 1 to 3660 belongs here"),
        ("2026-01-01", "January", date),
        ("2026-01-01", "2026-02-30", date),
        ("seed: 1\n", "", "1: `seed` is missing"),
        ("seed: 1", "seedx: 1", "2: unknown key `seedx`; \(keys)"),
        ("days: 10", "Days: 10", "4: unknown key `Days`; \(keys)"),
        ("customers: 500", "customers: 5", "1: a consortium has \(size)"),
        ("{ bank-a: 1 }", "{}", "7: banks: at least one bank belongs here"),
        ("{ bank-a: 1 }", "{ bank-a: 0 }", "7: banks.bank-a: a number from 1e-06 to 1000000.0 belongs here"),
        ("bank-a", "Bank", "7: banks: \(names)"),
    ]

    @Test("that are wrong say so with their line", arguments: wrong)
    func wrongLine(line: String, instead: String, mistake: String) throws {
        let text = Self.head.replacing(line, with: instead)
        #expect(try file.mistake(text) { path in _ = try WorldFile(file: path) } == mistake)
    }

    /// What should not be added to the head.
    private static let added: [(text: String, mistake: String)] = [
        ("colour: red\n", "8: unknown key `colour`; \(keys)"),
        ("radius: 5\n", "8: unknown key `radius`; \(keys)"),
        ("segments: { student: -1 }\n", "8: segments.student: a number from 0.0 to 1000000.0 belongs here"),
        ("segments:\n  student: 0\n", "9: segments: at least one share above 0 belongs here"),
        ("segments:\n  students: 1\n", "9: segments: unknown key `students`; known here: \(segments)"),
        (
            "typologies:\n  mule: 1\n  mules: 1\n",
            "10: typologies: unknown key `mules`; known here: \(typologies)"
        ),
        ("typologies: { mule: often }\n", "8: typologies.mule: a number from 0.0 to 10000.0 belongs here"),
    ]

    @Test("that say what no world has say so with its line", arguments: added)
    func wrongAddition(text: String, mistake: String) throws {
        #expect(try file.mistake(Self.head + text) { path in _ = try WorldFile(file: path) } == mistake)
    }
}
