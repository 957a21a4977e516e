import Support

/// One of the many ways to write a message in JSON that say the same.
struct JSONSpelling {
    private var random: SplitMix64
    private(set) var text = ""
    /// Bytes before each item's object, in order.
    private(set) var places: [Int] = []

    init(_ message: ISOEnvelope.Message, seed: UInt64) {
        random = SplitMix64(seed)
        text = pick(["", "\u{FEFF}", " \n"]) + "{"
        string("Document")
        text += pick([":{", " : { "])
        string("@xmlns")
        text += ":"
        string("urn:iso:std:iso:20022:tech:xsd:\(message.type)")
        text += ","
        member(message.body.name, [message.body])
        text += pick(["}}", " }\t}\n"])
    }

    private mutating func chance(_ times: Int) -> Bool { Int.random(in: 0..<times, using: &random) == 0 }
    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }

    /// Elements of one name: an array, which may be of one entry.
    private mutating func member(_ name: String, _ samples: [ISOSample]) {
        string(pick(["", "", "p:", "urn:q:"]) + name)
        text += pick([":", " :\n", "\t: "])
        let isArray = samples.count > 1 || chance(4)
        if isArray { text += pick(["[", "[ "]) }
        for (number, sample) in samples.enumerated() {
            if number > 0 { text += pick([",", " ,\n"]) }
            value(sample)
        }
        if isArray { text += pick(["]", "\n]"]) }
    }

    private mutating func value(_ sample: ISOSample) {
        if ISOSample.items.contains(sample.name) { places.append(text.utf8.count) }
        switch sample {
        case .leaf(_, let value):
            let name = pick(["", "", "#text", "$t", "_text"])
            if !name.isEmpty { text += "{\"\(name)\":" }
            if Int(value) != nil, chance(2) { text += value } else { string(value) }
            if !name.isEmpty { text += "}" }
        case .amount(_, let currency, let value):
            let written = pick([value, "\"\(value)\""])
            text += pick([
                "{\"Ccy\":\"\(currency)\",\"amt\":\(written)}", "{\"#text\":\(written),\"@_Ccy\":\"\(currency)\"}",
                "{\"$\":{\"Ccy\":\"\(currency)\"},\"_\":\(written)}",
                "{\"Amt\":{\"Amt\":\(written),\"Ccy\":\"\(currency)\"}}",
            ])
        case .branch(_, let children): object(children)
        }
    }

    /// The elements in any order, those of one name in their own, with a member that has no meaning.
    private mutating func object(_ children: [ISOSample]) {
        let named = Dictionary(grouping: children, by: \.name)
        text += pick(["{", "{ "])
        for (number, name) in named.keys.sorted().shuffled(using: &random).enumerated() {
            if number > 0 { text += pick([",", "\n, "]) }
            member(name, named[name] ?? [])
        }
        if chance(3) { text += ",\"Xtra\":" + pick(["null", "{\"a\":[1,true,{}]}", "[]", "-0.5e+2", "\"]}\""]) }
        text += "}"
    }

    private mutating func string(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case _ where chance(8):
                for unit in String(scalar).utf16 {
                    let hex = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                }
            case "\"", "\\": text += "\\\(scalar)"
            case "/": text += pick(["/", "\\/"])
            default: text += String(scalar)
            }
        }
        text += "\""
    }
}
