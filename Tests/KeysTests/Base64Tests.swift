import Foundation
import Keys
import Support
import Testing

@Suite("Base64 of secrets")
struct Base64Tests {
    private func decoded(_ text: String) -> [UInt8]? { Base64.decoded(Array(text.utf8)[...]) }

    @Test("is read as Foundation writes it, of any length")
    func oracle() {
        var generator = SplitMix64(1)
        for count in 1...200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(decoded(Data(bytes).base64EncodedString()) == bytes)
        }
        let all = (0...255).map { UInt8($0) }
        #expect(decoded(Data(all).base64EncodedString()) == all)
    }

    @Test("is nothing else: each other character, a length of no whole groups, padding in another place")
    func others() {
        let digits = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for character in UInt8.min...UInt8.max {
            for place in 0..<4 {
                var text = Array("AAAA".utf8)
                text[place] = character
                let isPadding = character == UInt8(ascii: "=") && place == 3
                #expect((Base64.decoded(text[...]) != nil) == (digits.contains(character) || isPadding))
            }
        }
        for text in ["", "A", "AA", "AAA", "AAAAA", "=AAA", "A=AA", "AA=A", "A===", "====", "AAA=AAAA", "AA==AAAA"] {
            #expect(decoded(text) == nil, "\(text)")
        }
        #expect(decoded("AAA=") == [0, 0] && decoded("AA==") == [0])
    }
}
