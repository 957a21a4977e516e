import Audit
import Support
import Testing

@Suite("The frames of a log's file")
struct AuditFramesTests {
    /// What is read of a file, to its end or to what is none.
    private func read(_ file: [UInt8]) -> (frames: [AuditFrame], last: AuditFrames.Next, at: Int)? {
        file.withUnsafeBytes { bytes in
            guard var reader = AuditFrames(bytes) else { return nil }
            var frames: [AuditFrame] = []
            while true {
                let next = reader.next()
                guard case .frame(let frame, let hash) = next else { return (frames, next, reader.at) }
                #expect(hash == MerkleHash(leaf: Array(frame.bytes.dropFirst(9))))
                frames.append(frame)
            }
        }
    }

    @Test("come back in order, with no byte and with 65,536 of them")
    func roundTrip() throws {
        let frames: [AuditFrame] = [
            .entry([]), .head([1, 2, 3]), .seen(Array(repeating: 5, count: 65_536)), .entry([0]),
        ]
        let found = try #require(read(AuditConsortium.file(frames)))
        #expect(found.frames == frames && found.last == .end && found.at == AuditConsortium.file(frames).count)
        #expect(read([])?.frames == nil && read(Array(AuditFrames.magic.dropLast()))?.frames == nil)
        #expect(read(AuditFrames.magic)?.last == .end)
    }

    @Test(
        "are damaged where a length, a kind, a hash or a byte before the last frame is another; what is whole before stays"
    )
    func damaged() throws {
        let frames: [AuditFrame] = [.entry([1, 2, 3]), .head([4, 5, 6, 7]), .seen([8, 9])]
        let file = AuditConsortium.file(frames)
        let start = AuditFrames.magic.count
        let second = start + frames[0].bytes.count
        let third = second + frames[1].bytes.count
        for place in start..<third {
            for bit in 0..<8 as Range<UInt8> {
                var spoilt = file
                spoilt[place] ^= 1 << bit
                // Of one kind that is another kind the verifier finds that nothing of it is in its place.
                if [start, second].contains(place - 4), (1...3).contains(spoilt[place]) { continue }
                let found = try #require(read(spoilt))
                #expect(found.last == .damaged, "bit \(bit) of \(place)")
                #expect(found.frames == Array(frames.prefix(place < second ? 0 : 1)))
            }
        }
        // Of the last frame, content that did not reach the disk is as a write that a crash ended; another kind is none.
        for place in third + 5..<file.count {
            var spoilt = file
            spoilt[place] ^= 1
            #expect(try #require(read(spoilt)).last == .torn)
        }
        for kind in [0, 4, 255] as [UInt8] {
            var spoilt = file
            spoilt[third + 4] = kind
            #expect(try #require(read(spoilt)).last == .damaged, "\(kind)")
        }
        var long = file
        long.replaceSubrange(third..<third + 4, with: [0, 1, 0, 1])
        #expect(try #require(read(long)).last == .damaged)
        long.replaceSubrange(third..<third + 4, with: [0, 1, 0, 0])
        #expect(try #require(read(long)).last == .torn)
    }

    @Test("are torn where the file ends within one, at whatever byte, or where zeros follow")
    func torn() throws {
        let frames: [AuditFrame] = [.entry([1, 2, 3]), .head([4, 5, 6, 7])]
        let file = AuditConsortium.file(frames)
        let second = AuditFrames.magic.count + frames[0].bytes.count
        for end in second + 1..<file.count {
            let found = try #require(read(Array(file[..<end])))
            #expect(found.frames == [frames[0]] && found.last == .torn && found.at == second, "\(end)")
        }
        for zeros in [1, 8, 9, 10, 5000] {
            let found = try #require(read(file + Array(repeating: 0, count: zeros)))
            #expect(found.frames == frames && found.last == .torn && found.at == file.count, "\(zeros)")
        }
        // Whole frames behind zeros are no write that a crash ended.
        #expect(try #require(read(file + Array(repeating: 0, count: 20) + frames[0].bytes)).last == .damaged)
    }
}
