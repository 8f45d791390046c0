//! Texts of the kind that people send to agents, in the languages that are easily taken for one another.

use proptest::prelude::*;

use super::{is_supported, of};

fn check(text: &str, expected: bool) {
    assert_eq!(is_supported(text), expected, "{text:?} is taken for {:?}", of(text));
}

#[test]
fn english_is_supported() {
    for text in [
        "I am still waiting on my card, and nobody has told me when it comes.",
        "Can you cancel the second booking please?",
        "that didn't work, the file is still missing",
        "WHY IS THIS NOT WORKING???",
        "Don’t touch the other rows.",
        "How do I activate virtual cards in Germany?",
        "The function handles retries, but the queue never drains and messages pile up.",
    ] {
        check(text, true);
    }
}

#[test]
fn other_languages_are_not() {
    for text in [
        "Ich warte immer noch auf meine Karte, was soll ich jetzt machen?",
        "Das war leider falsch, ich will die erste Bestellung stornieren.",
        "Ik wacht nog steeds op mijn kaart, en niemand weet wanneer hij komt.",
        "Kunt u de tweede boeking voor mij annuleren?",
        "J'attends toujours ma carte et personne ne peut me dire quand elle arrive.",
        "Ce n'est pas ce que j'ai demandé, il manque encore le fichier.",
        "Todavía estoy esperando mi tarjeta y nadie me dice cuándo llega.",
        "Me gustaría cancelar la segunda reserva, por favor.",
        "Ainda estou esperando o meu cartão e ninguém sabe quando chega.",
        "Sto ancora aspettando la mia carta e nessuno mi dice quando arriva.",
        "Jag väntar fortfarande på mitt kort och ingen vet när det kommer.",
        "Jeg venter stadig på mit kort, og ingen ved hvornår det kommer.",
        "Det er ikke det jeg spurte om, filen mangler fortsatt.",
        "Norsk: jeg bor i to land for tiden, så jeg fikk ikke kortet.",
        "To nie jest to, o co prosiłem. My nadal czekamy na kartę.",
        "Stále čekám na svou kartu a nikdo neví, kdy přijde.",
        "Încă aștept cardul și nimeni nu are nicio idee când vine.",
        "Kartım hâlâ gelmedi ve kimse ne zaman geleceğini bilmiyor.",
        "Még mindig várom a kártyámat, és most senki sem tud semmit.",
        "Saya masih menunggu kartu saya dan tidak ada yang tahu kapan datang.",
        "Я всё ещё жду свою карту, и никто не знает, когда она придёт.",
        "我还在等我的卡，没有人知道什么时候会到，请帮我查一下好吗？",
        "カードがまだ届いていません。いつ届くか教えていただけますか。",
        "لا أزال أنتظر بطاقتي ولا أحد يعرف متى ستصل",
    ] {
        check(text, false);
    }
}

#[test]
fn short_texts_count_unless_their_letters_are_foreign() {
    for text in ["", "ok", "👍", "42", "thanks!", "grazie mille"] {
        check(text, true);
    }
    for text in ["спасибо", "尺寸是多少？", "شكرا"] {
        check(text, false);
    }
}

#[test]
fn languages_have_their_codes() {
    assert_eq!(of("I am still waiting on my card"), Some("eng"));
    assert_eq!(of("Ich warte immer noch auf meine Karte, was soll ich jetzt machen?"), Some("deu"));
    assert_eq!(of("ok"), None);
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in "\\PC{0,200}") {
        prop_assert!(of(&text).is_none_or(|code| code.len() == 3));
        prop_assert_eq!(is_supported(&text), is_supported(&text));
    }
}
