/// How programs write an XML element that has attributes as a JSON object.
///
/// | who | an amount of 12.50 EUR |
/// | --- | --- |
/// | ISO 20022's own rules | `{"Ccy": "EUR", "amt": "12.50"}` |
/// | fast-xml-parser, xmltodict, .NET | `{"#text": "12.50", "@_Ccy": "EUR"}`, `{"#text": "12.50", "@Ccy": "EUR"}` |
/// | xml2js, xml-js | `{"_": "12.50", "$": {"Ccy": "EUR"}}`, `{"_text": "12.50", "_attributes": {"Ccy": "EUR"}}` |
/// | BadgerFish, GData, Spark | `{"$": "12.50", "@Ccy": "EUR"}`, `{"$t": …}`, `{"_VALUE": "12.50", "_Ccy": "EUR"}` |
/// | Go, Jackson, JAXB, org.json | `{"Value": …, "Ccy": …}`, `{"": …, "Ccy": …}`, `{"value": …}`, `{"content": …}` |
/// | Tazama, Mojaloop | `{"Amt": {"Amt": 12.50, "Ccy": "EUR"}}`, `{"ActiveCurrencyAndAmount": …, "Ccy": …}` |
///
/// A text that is not an amount's may be an object too, such as `{"#text": "M-1"}`.
enum JSONShapes {
    /// Members that are the text of the object around them.
    static let texts: Set<String> = [
        "", "#text", "#", "_", "$", "$t", "_text", "__text", "$text", "$value", "_VALUE", "_value", "@value", "value",
        "Value", "text", "Text", "content", "Content", "CharData", "Chardata", "#content", "#cdata-section", "_cdata",
    ]
    /// Members that are an amount beside a currency.
    static let amounts: Set<String> = [
        "amt", "Amt", "amount", "Amount", "0", "ActiveCurrencyAndAmount", "ActiveOrHistoricCurrencyAndAmount",
    ]
    /// Members that hold attributes.
    static let attributes: Set<String> = [
        "$", "_attributes", "@attributes", "attributes", "Attributes", ":@", "@", "attr",
    ]

    /// What a member of an object is to it, other than an element.
    enum Role { case text, amount, currency, attributes }

    /// The member's role; nil for an element, as most are.
    static func role(_ name: String, isLeaf: Bool) -> Role? {
        if isElement(name) { return nil }
        guard isLeaf else { return attributes.contains(name) ? .attributes : name == "Amt" ? .amount : nil }
        if isCurrency(name) { return .currency }
        return texts.contains(name) ? .text : amounts.contains(name) ? .amount : nil
    }

    /// Whether a name is that of an element, as far as its first letter and length tell. Of names that begin with a capital
    /// `Amt`, `Amount`, `Active…`, `AttrCcy`, `Attributes`, `Ccy`, `CcyAttr`, `Currency`, `CharData`, `Content`, `Text`
    /// and `Value` are no elements.
    private static func isElement(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            guard let first = bytes.first, (65...90).contains(first) else { return false }
            switch (first, bytes.count) {
            case (65, 3), (65, 6...7), (65, 10), (65, 23...), (67, 3), (67, 7...8), (84, 4), (86, 5): return false
            default: return true
            }
        }
    }

    /// Whether a member is the currency of an amount, whatever marks it as an attribute.
    static func isCurrency(_ name: String) -> Bool {
        guard name.utf8.count <= 10 else { return false }
        return name.hasSuffix("Ccy") && ["", "@", "@_", "-", "_", "$", "+@", "attr_"].contains(name.dropLast(3))
            || ["ccy", "Currency", "currency", "CcyAttr", "AttrCcy"].contains(name)
    }

    /// A member's name without the prefix that parsers leave on it, such as `Document` for `pacs:Document`.
    static func local(_ name: String) -> String {
        var name = name
        guard name.withUTF8({ $0.contains(UInt8(ascii: ":")) }), let colon = name.lastIndex(of: ":"),
            colon != name.startIndex, !name.contains("xmlns")
        else { return name }
        return String(name[name.index(after: colon)...])
    }
}

extension MessageTree {
    /// Gives the element of a JSON object the text and the currency that members of it stand for. Where two do, it has
    /// none: nobody can say which is meant.
    mutating func fold(_ element: Int) {
        var texts: [Int] = []
        var amounts: [Int] = []
        var currencies: [Int] = []
        for child in children(element) {
            let member = elements[child]
            switch JSONShapes.role(member.name, isLeaf: member.isLeaf) {
            case .text: texts.append(child)
            case .amount: if member.isLeaf || member.currency != nil { amounts.append(child) }
            case .currency: currencies.append(child)
            case .attributes: currencies += self.currencies(in: child)
            case nil: break
            }
        }
        fold(element, texts, amounts, currencies)
    }

    private func currencies(in attributes: Int) -> [Int] {
        children(attributes).filter { JSONShapes.isCurrency(elements[$0].name) && elements[$0].isLeaf }
    }

    private mutating func fold(_ element: Int, _ texts: [Int], _ amounts: [Int], _ currencies: [Int]) {
        let code = currencies.count == 1 ? elements[currencies[0]].text : nil
        if currencies.isEmpty, texts.isEmpty, amounts.count == 1, let nested = elements[amounts[0]].currency {
            return set(element, text: elements[amounts[0]].text, currency: nested)
        }
        let values = code == nil ? texts : texts + amounts
        guard code != nil || !values.isEmpty else { return }
        set(element, text: values.count == 1 ? elements[values[0]].text : "", currency: code)
    }
}
