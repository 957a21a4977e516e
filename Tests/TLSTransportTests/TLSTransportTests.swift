import Foundation
import Keys
import LocalConsortium
import Records
import Stages
import Support
import TLSTransport
import Testing
import ThreeParty

/// Credentials of three parties under one authority, and where they listen.
private final class Bench {
    private let folder: TemporaryFolder
    private let authority: String
    private(set) var pins: [PartyID: [UInt8]] = [:]
    let endpoints: [PartyID: Endpoint]
    let lines = CapturedLines()

    init() throws {
        folder = try TemporaryFolder()
        let pki = try CertificateAuthority(now: SystemClock().microseconds / 1_000_000)
        authority = try folder.write(pki.authorityPEM, to: "ca.pem")
        for party in PartyID.allCases {
            try FileManager.default.createDirectory(atPath: folder.path(party.name), withIntermediateDirectories: true)
            pins[party] = try pki.issue(to: party, directory: folder.path(party.name)).fingerprint
        }
        let ports = try freePorts(3)
        endpoints = Dictionary(
            uniqueKeysWithValues: PartyID.allCases.map { ($0, Endpoint(host: "127.0.0.1", port: ports[$0.rawValue])) })
    }

    /// Credentials that another authority issued, for the same name.
    func strangers(_ party: PartyID) throws -> TLSIdentity {
        let pki = try CertificateAuthority(now: SystemClock().microseconds / 1_000_000)
        let name = "stranger-\(party.name)"
        try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        _ = try pki.issue(to: party, directory: folder.path(name))
        var identity = identity(party)
        identity.certificate = folder.path("\(name)/tls.pem")
        identity.key = folder.path("\(name)/tls.key")
        return identity
    }

    func identity(_ party: PartyID) -> TLSIdentity {
        TLSIdentity(
            party: party, certificate: folder.path("\(party.name)/tls.pem"), key: folder.path("\(party.name)/tls.key"),
            authority: authority, pins: pins, roster: Digest32(of: [[1]]))
    }

    func start(_ identity: TLSIdentity) throws(TLSTransportError) -> TLSTransport {
        try TLSTransport(identity, endpoints: endpoints, logger: lines.logger(identity.party.name))
    }

    func start(_ party: PartyID) throws(TLSTransportError) -> TLSTransport { try start(identity(party)) }

    func isUp(_ party: PartyID) -> Bool { lines.wait(for: "link to peer is up", from: party.name) != nil }

    func isRefused(_ party: PartyID) -> Bool { lines.wait(for: "was refused", from: party.name) != nil }
}

private func frame(_ batch: UInt64, _ payload: [UInt8] = [], from sender: PartyID, stream: UInt32 = 3) -> Frame {
    Frame(
        kind: .conditionBits, sender: sender, stream: .scoring(stream), batch: batch, digest: Digest32(of: [payload]),
        payload: payload)
}

/// Waits until a transport sees its peers; a minute is never, not late.
private func connected(_ transports: [TLSTransport], _ count: Int) -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while transports.contains(where: { $0.connected.count < count }) {
        if ContinuousClock.now > deadline { return false }
        sched_yield()
    }
    return true
}

@Suite("Frames over mutual TLS", .serialized)
struct TLSTransportTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    @Test("reach every peer from every party, whole and in order, of any size")
    func threeParties() throws {
        var random = SplitMix64(1)
        let transports = try PartyID.allCases.map { try bench.start($0) }
        defer { for transport in transports { transport.close() } }
        try #require(connected(transports, 2))
        // Beyond what a TLS record or a socket's buffer takes.
        let payloads = [0, 1, 17_000, 3_000_000].map {
            random.bytes($0 < 100_000 ? $0 : 1000) + [UInt8](repeating: 7, count: max(0, $0 - 1000))
        }
        for transport in transports {
            #expect(transport.connected == [transport.party.next, transport.party.previous])
            for (number, payload) in payloads.enumerated() {
                for peer in [transport.party.next, transport.party.previous] {
                    transport.send(frame(UInt64(number), payload, from: transport.party), to: peer)
                }
            }
        }
        for transport in transports {
            var next: [PartyID: Int] = [:]
            for _ in 0..<2 * payloads.count {
                let got = try #require(try transport.receive(stream: .scoring(3), timeout: .seconds(60)))
                #expect(got.batch == UInt64(next[got.sender, default: 0]))
                #expect(got.payload == payloads[next[got.sender, default: 0]])
                next[got.sender, default: 0] += 1
            }
            #expect(next == [transport.party.next: payloads.count, transport.party.previous: payloads.count])
            let bytes = payloads.reduce(0) { $0 + 2 * ($1.count + 52) }
            #expect(transport.sent == TransportCount(frames: 2 * payloads.count, bytes: bytes))
        }
    }

    /// OpenSSL before 3.5 has no group with ML-KEM.
    @Test(
        "are under a hybrid key exchange: who has classical groups alone gets no link",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
    func groups() throws {
        let transport = try bench.start(.zero)
        defer { transport.close() }
        let endpoint = try #require(bench.endpoints[.zero])
        let client = Process()
        client.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        client.arguments = ["s_client", "-connect", "127.0.0.1:\(endpoint.port)", "-groups", "X25519:P-256", "-tls1_3"]
        (client.standardInput, client.standardOutput, client.standardError) = (
            FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
        )
        try client.run()
        client.waitUntilExit()
        let refusal = try #require(bench.lines.wait(for: "was refused", from: PartyID.zero.name))
        #expect("\(refusal)".contains("NO_SHARED_GROUP"), "\(refusal)")
    }

    @Test("of streams of their own wait for each")
    func streams() throws {
        let transports = try [PartyID.zero, .one].map { try bench.start($0) }
        defer { for transport in transports { transport.close() } }
        try #require(connected(transports, 1))
        for stream in 0..<4 as Range<UInt32> {
            transports[0].send(frame(UInt64(stream), from: .zero, stream: stream), to: .one)
        }
        for stream in (0..<4 as Range<UInt32>).reversed() {
            #expect(try transports[1].receive(stream: .scoring(stream), timeout: .seconds(60))?.batch == UInt64(stream))
        }
    }

    @Test("have no link between parties of different rosters, and both say so")
    func rosters() throws {
        let zero = try bench.start(.zero)
        defer { zero.close() }
        var other = bench.identity(.one)
        other.roster = Digest32(of: [[2]])
        let one = try bench.start(other)
        defer { one.close() }
        for party in [PartyID.zero, .one] {
            #expect(bench.lines.wait(for: "was refused", from: party.name) != nil)
            #expect(bench.lines.entries.contains { $0.metadata.contains("has another roster") })
        }
        #expect(zero.connected.isEmpty && one.connected.isEmpty)
        zero.send(frame(1, from: .zero), to: .one)
        #expect(zero.sent == TransportCount())
    }

    @Test("to a peer that is not there go nowhere, and count for nothing")
    func alone() throws {
        let transport = try bench.start(.zero)
        defer { transport.close() }
        transport.send(frame(1, [1, 2], from: .zero), to: .one)
        #expect(transport.connected.isEmpty && transport.sent == TransportCount())
        #expect(try transport.receive(stream: .scoring(3), timeout: .zero) == nil)
    }

    @Test("are lost with their link, which the receiver is told of, and come again when the peer is back")
    func reconnects() throws {
        let zero = try bench.start(.zero)
        defer { zero.close() }
        let one = try bench.start(.one)
        try #require(connected([zero, one], 1))
        one.send(frame(1, from: .one), to: .zero)
        #expect(try zero.receive(stream: .scoring(3), timeout: .seconds(60))?.batch == 1)
        one.close()
        #expect(throws: TransportError.linkLost(.one)) { try zero.receive(stream: .scoring(3), timeout: .seconds(60)) }
        let again = try bench.start(.one)
        defer { again.close() }
        try #require(connected([zero, again], 1))
        again.send(frame(2, from: .one), to: .zero)
        #expect(try zero.receive(stream: .scoring(3), timeout: .seconds(60))?.batch == 2)
    }

    @Test("in another party's name end the link")
    func impostor() throws {
        let zero = try bench.start(.zero)
        let one = try bench.start(.one)
        defer {
            zero.close()
            one.close()
        }
        try #require(connected([zero, one], 1))
        one.send(frame(1, from: .two), to: .zero)
        #expect(bench.isRefused(.zero))
        // The good ones before it were of nobody else either.
        do {
            let got = try zero.receive(stream: .scoring(3), timeout: .zero)
            #expect(got == nil)
        } catch { #expect(error == .linkLost(.one)) }
    }

    @Test("are not taken of a peer whose certificate has another pin", arguments: [PartyID.zero, .one])
    func wrongPin(at party: PartyID) throws {
        var identity = bench.identity(party)
        let peer: PartyID = party == .zero ? .one : .zero
        identity.pins[peer] = [UInt8](repeating: 9, count: 32)
        let own = try bench.start(identity)
        let other = try bench.start(peer)
        defer {
            own.close()
            other.close()
        }
        #expect(bench.isRefused(party))
        #expect(own.connected.isEmpty)
        other.send(frame(1, from: peer), to: party)
        #expect(try own.receive(stream: .scoring(3), timeout: .milliseconds(50)) == nil)
    }

    @Test("are not taken of who has the right name under another authority")
    func stranger() throws {
        let zero = try bench.start(.zero)
        let stranger = try bench.start(bench.strangers(.one))
        defer {
            zero.close()
            stranger.close()
        }
        #expect(bench.isRefused(.zero))
        #expect(zero.connected.isEmpty)
    }
}

@Suite("Credentials and ports")
struct TLSSetUpTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    @Test("that can't be used are named in a sentence")
    func credentials() {
        for change in [
            { $0.certificate = "/none" }, { $0.key = "/none" }, { $0.key = $0.certificate },
            { $0.authority = "/none" },
        ] as [(inout TLSIdentity) -> Void] {
            var identity = bench.identity(.two)
            change(&identity)
            do {
                try bench.start(identity).close()
                Issue.record("it was taken")
            } catch {
                guard case .credentials = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect("\(error)".hasPrefix("the TLS certificate or key can't be used: "))
            }
        }
    }

    @Test("that another process has are named with their address")
    func takenPort() throws {
        let first = try bench.start(.zero)
        defer { first.close() }
        let endpoint = try #require(bench.endpoints[.zero])
        do {
            try bench.start(.zero).close()
            Issue.record("two listen on one port")
        } catch {
            guard case .notListening(endpoint, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect("\(error)".hasPrefix("can't listen on 127.0.0.1:\(endpoint.port): "))
        }
    }
}
