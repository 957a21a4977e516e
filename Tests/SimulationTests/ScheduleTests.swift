import Foundation
import Simulation
import Testing

@Suite("Schedules")
struct ScheduleTests {
    @Test("follow from their seed")
    func seeds() {
        for seed in 0..<50 as Range<UInt64> {
            #expect(Schedule(seed: seed) == Schedule(seed: seed))
            #expect(Schedule(seed: seed).operations != Schedule(seed: seed + 1).operations)
            #expect(Schedule(seed: seed).fromNothing == (seed % 16 == 0))
        }
    }

    @Test("have operations of every kind, on parties and agents")
    func kinds() {
        var kinds: Set<String> = []
        var text = ""
        for seed in 0..<300 as Range<UInt64> {
            let members = Schedule(seed: seed, changesMembers: true)
            for operation in Schedule(seed: seed).operations + members.operations {
                let name = Mirror(reflecting: operation).children.first?.label ?? "\(operation)"
                kinds.insert(name)
                text += "\(operation)\n"
            }
        }
        let all: Set<String> = [
            "send", "work", "crash", "restart", "freeze", "replace", "handOver", "log", "recoverLog", "fillDisk",
            "jump",
            "frames", "loseLinks", "the token key is rotated", "keys of a new epoch are ordered",
            "the coordinator starts again", "join", "leave", "expel",
        ]
        #expect(kinds == all)
        for words in [
            "party-0 crashes", "party-2 crashes", "bank-1's agent 0 crashes", "refuseAppends", "loseAnswers",
            "refuseReads", "lag", "slow", "lost", "repeated", "overtakes", "linkLost", "malformed bytes", "was a fraud",
            "was none", "has come",
        ] { #expect(text.contains(words), "\(words)") }
    }

    @Test("are read back from their file as they were")
    func coding() throws {
        for seed in 0..<50 as Range<UInt64> {
            let schedule = Schedule(seed: seed)
            #expect(try JSONDecoder().decode(Schedule.self, from: JSONEncoder().encode(schedule)) == schedule)
        }
    }

    @Test("shrink to what a failure needs")
    func shrinking() {
        let schedule = Schedule(seed: 5)
        let crashes = schedule.operations + [.crash(.party(1), downFor: 10), .work(milliseconds: 5), .rotateTokenKey]
        let long = Schedule(seed: 5, fromNothing: false, operations: crashes)
        let small = long.shrunk { schedule in
            guard let crash = schedule.operations.firstIndex(of: .crash(.party(1), downFor: 10)) else { return false }
            return schedule.operations[crash...].contains(.rotateTokenKey)
        }
        #expect(small.operations == [.crash(.party(1), downFor: 10), .rotateTokenKey])
        #expect(small.seed == 5 && !small.fromNothing)
    }

    @Test("lose the records that a failure does not need")
    func messages() {
        let wanted = Message.label(id: 3, fraud: true)
        let schedule = Schedule(
            seed: 1, fromNothing: false,
            operations: [.work(milliseconds: 5), .send(member: 0, [.malformed, wanted, .watermark(minutes: 4)])])
        let small = schedule.shrunk { schedule in
            schedule.operations.contains { operation in
                if case .send(_, let messages) = operation { messages.contains(wanted) } else { false }
            }
        }
        #expect(small.operations == [.send(member: 0, [wanted])])
    }

    @Test("are run no more often than allowed")
    func tries() {
        var runs = 0
        _ = Schedule(seed: 5).shrunk(tries: 7) { _ in
            runs += 1
            return false
        }
        #expect(runs == 7)
    }
}
