import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Testing

@Suite("What is next for the coordinator of keys")
struct EpochConductorTests {
    private let conductor = EpochConductor(patience: 100, grace: 30)

    @Test("is an order where a rotation is due, and nothing where none is")
    func order() throws {
        var people = try KeyPeople()
        #expect(conductor.step(people.history, at: 5, isDue: false) == .wait(.rest))
        let order = EpochOrder(
            epoch: KeyEpoch(2), attempt: 1, agreement: people.roster.foundingKeys.agreement,
            suite: people.history.newest.suite)
        #expect(conductor.step(people.history, at: 5, isDue: true) == .order(order))
        try people.say(.epochOrder(order), by: .coordinator, at: 5)
        #expect(people.history.rotation?.order == order)
        // What it is to be is for the conductor to say; a suite is never weaker than that of the keys in force.
        var other = conductor
        (other.refreshesModels, other.suite) = (false, .xWing)
        guard case .order(let asked) = other.step(try KeyPeople().history, at: 5, isDue: true) else {
            Issue.record("a rotation is due")
            return
        }
        #expect(!asked.refreshesModels && asked.refreshesCounts && asked.suite == .xWing)
    }

    @Test("is the next attempt only where one has stood still for long, and a rotation is still due")
    func attempts() throws {
        var people = try KeyPeople()
        try people.order(at: 1000)
        let standing = EpochStanding.offers(KeyEpoch(2), attempt: 1, of: PartyID.allCases)
        #expect(conductor.step(people.history, at: 1099, isDue: true) == .wait(standing))
        #expect(conductor.step(people.history, at: 1100, isDue: false) == .wait(standing))
        guard case .order(let next) = conductor.step(people.history, at: 1100, isDue: true) else {
            Issue.record("an attempt that stands still gives way")
            return
        }
        #expect(next.epoch == KeyEpoch(2) && next.attempt == 2)
        // So does one whose keys are fixed, while not all three parties are ready.
        try people.offer(at: 1001)
        try people.fix(at: 1002)
        try people.ready([.zero, .one], at: 1003)
        #expect(
            conductor.step(people.history, at: 1099, isDue: true)
                == .wait(.ready(KeyEpoch(2), attempt: 1, of: [.two])))
        guard case .order = conductor.step(people.history, at: 1100, isDue: true) else {
            Issue.record("an attempt that stands still gives way")
            return
        }
        try people.ready([.two], at: 1004)
        guard case .place(.activation, _, since: 1004) = conductor.step(people.history, at: 5000, isDue: true) else {
            Issue.record("nothing takes the place of what three parties are ready for")
            return
        }
    }

    @Test("is to fix, to put in force, and after the grace to close, whether a rotation is due or not")
    func way() throws {
        for isDue in [false, true] {
            var people = try KeyPeople()
            func step(_ time: Int64) -> EpochConductor.Step { conductor.step(people.history, at: time, isDue: isDue) }
            try people.order(at: 10)
            try people.offer(at: 11)
            let keys = try #require(people.history.composed)
            #expect(step(12) == .manifest(EpochManifest(keys, attempt: 1)))
            try people.fix(at: 12)
            try people.ready(PartyID.allCases, at: 13)
            #expect(step(14) == .place(.activation, keys, since: 13))
            try people.place(.activation, KeyEpoch(2), at: 20)
            let founding = people.roster.foundingKeys
            #expect(step(49) == .wait(.closing(KeyEpoch(1), since: 20)))
            #expect(step(50) == .place(.closing, founding, since: 50))
            #expect(!people.history.isDone(KeyEpoch(2)))
            try people.place(.closing, KeyEpoch(1), at: 50)
            #expect(people.history.isDone(KeyEpoch(2)) && !people.history.isDone(KeyEpoch(1)))
            let next = step(51)
            #expect(isDue == next.isDoing)
        }
    }

    @Test("comes to the epoch that is under way, or else to the next")
    func target() throws {
        var people = try KeyPeople()
        #expect(people.history.target == KeyEpoch(2))
        try people.order(at: 10)
        #expect(people.history.target == KeyEpoch(2))
        try people.offer(at: 11)
        try people.fix(at: 12)
        try people.ready(PartyID.allCases, at: 13)
        #expect(people.history.target == KeyEpoch(2))
        try people.place(.activation, KeyEpoch(2), at: 20)
        #expect(people.history.target == KeyEpoch(2))
        try people.place(.closing, KeyEpoch(1), at: 50)
        #expect(people.history.target == KeyEpoch(3))
    }

    @Test("is due by the schedule once after each time of it, whoever looks and however often it is begun again")
    func schedule() throws {
        let day = EventTime.day
        let cron = try #require(CronForm("0 3 * * *"))
        let midnight: Int64 = 20_000 * day
        var people = try KeyPeople()
        func isDue(_ time: Int64, began: Int64) -> Bool {
            KeySchedule(cron: cron, began: began).isDue(people.history, at: time)
        }
        // Before any order it counts from the program's start.
        #expect(!isDue(midnight + 2 * 3600, began: midnight))
        #expect(isDue(midnight + 3 * 3600, began: midnight))
        #expect(!isDue(midnight + 4 * 3600, began: midnight + 4 * 3600))
        try people.order(at: midnight + 3 * 3600)
        for began in [midnight, midnight + 5 * day] {
            #expect(!isDue(midnight + 20 * 3600, began: began))
            #expect(isDue(midnight + day + 3 * 3600, began: began))
        }
        // The order counts, not when what it asked for is done.
        try people.offer(at: midnight + 4 * 3600)
        try people.fix(at: midnight + 4 * 3600)
        try people.ready(PartyID.allCases, at: midnight + 2 * day)
        #expect(isDue(midnight + day + 3 * 3600, began: midnight))
    }
}
