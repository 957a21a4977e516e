import Foundation
import Simulation
import Synchronization
import Testing

/// The short form of scripts/simulate.sh.
@Suite("A simulated consortium")
struct ConsortiumTests {
    @Test("loses, doubles and changes nothing, whatever happens to it", arguments: 0..<4)
    func schedules(part: Int) throws {
        let simulation = try Simulation()
        for seed in 0..<50 {
            let schedule = Schedule(seed: UInt64(1000 * part + seed))
            let findings = try simulation.run(schedule)
            #expect(findings.isEmpty, "seed \(schedule.seed); scripts/simulate.sh 1 \(schedule.seed) shrinks it")
        }
    }

    @Test("gives members the right steps where scores are rounded, whatever happens to it")
    func roundedScores() throws {
        let simulation = try Simulation(roundsScores: true)
        for seed in 5000..<5015 as Range<UInt64> {
            #expect(try simulation.run(Schedule(seed: seed)).isEmpty, "seed \(seed)")
        }
    }

    @Test(
        "collects rows of the next feature spec, and switches to it, whatever happens to it", arguments: 0..<2)
    func nextSpec(part: Int) throws {
        let simulation = try Simulation(hasNext: true)
        for seed in 6000..<6010 as Range<UInt64> {
            let schedule = Schedule(seed: seed + 1000 * UInt64(part))
            #expect(try simulation.run(schedule).isEmpty, "seed \(schedule.seed)")
        }
    }

    @Test(
        "tells members why their alerts were ones, by the scorecard in the clear, whatever happens to it",
        arguments: 0..<2)
    func reasons(part: Int) throws {
        let simulation = try Simulation(hasNext: part == 1, opensReasons: true)
        for seed in 7000..<7010 as Range<UInt64> {
            let schedule = Schedule(seed: seed + 1000 * UInt64(part))
            let findings = try simulation.run(schedule)
            #expect(findings.isEmpty, "seed \(schedule.seed): \(findings)")
        }
    }

    @Test("shows a planted bug within some hundred schedules", arguments: Plant.allCases)
    func plants(plant: Plant) throws {
        let simulation = try Simulation()
        let found = try (1...400).first { try !simulation.run(Schedule(seed: $0), plant: plant).isEmpty }
        #expect(found != nil)
    }

    @Test("runs right through what it failed on before", arguments: ConsortiumTests.files)
    func reproductions(file: URL) throws {
        let schedule = try JSONDecoder().decode(Schedule.self, from: Data(contentsOf: file))
        #expect(try Simulation().run(schedule) == [])
    }

    private static var files: [URL] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Reproductions")
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }

    @Test("does the same in every run of a schedule")
    func sameAgain() throws {
        let simulation = try Simulation()
        for seed in [3, 7, 16, 29] as [UInt64] {
            func lines() throws -> [String] {
                let lines = Lines()
                _ = try simulation.run(Schedule(seed: seed), log: { line in lines.all.withLock { $0.append(line) } })
                return lines.all.withLock { $0 }
            }
            let first = try lines()
            #expect(!first.isEmpty)
            #expect(try lines() == first)
        }
    }
}

/// What the roles of a run log.
private final class Lines: Sendable {
    let all = Mutex<[String]>([])
}
