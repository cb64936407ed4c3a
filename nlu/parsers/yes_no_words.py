"""What people say for yes and no, per language, folded and without apostrophes; alternatives are parted by "|".

``yes`` and ``no`` answer by themselves, ``rather_*`` less surely; ``soft`` means yes only when nothing else is
said ("nie, dobrze"); ``unsure`` is no answer; ``boost`` and ``hedge`` take the side of a yes or no right after them
("jasne że nie", "chyba tak"); ``correct`` takes back what came before; ``filler`` changes nothing. ``core`` phrases
may begin a whole sentence; ``denied`` words make a leading "no" an answer ("nie chcę") rather than a statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from nlu.parsers.fold import words_of


@dataclass(frozen=True, slots=True)
class YesNoWords:
    """Phrases as word tuples with what they mean, longest first when read."""

    phrases: Mapping[tuple[str, ...], str]
    leads: frozenset[tuple[str, ...]]
    hedges: frozenset[tuple[str, ...]]
    core: frozenset[tuple[str, ...]]
    denied: frozenset[str]
    longest: int


_PL = {
    "yes": (
        "tak|no tak|taa|tia|ta|no jasne|jasne|zgadza sie|zgadzam sie|owszem|pewnie|no pewnie|pewno|jasna sprawa|"
        "oczywiscie|no oczywiscie|naturalnie|jak najbardziej|dokladnie|dokladnie tak|wlasnie tak|racja|prawda|"
        "to prawda|potwierdzam|potwierdzam to|zgoda|dobra|dobrze|no dobra|no dobrze|ok|okej|okey|okay|w porzadku|"
        "spoko|luz|chetnie|bardzo chetnie|z checia|z przyjemnoscia|poprosze|tak poprosze|prosze bardzo|"
        "nie ma problemu|nie ma sprawy|zaden problem|bez problemu|nie widze problemu|nie mam nic przeciwko|"
        "nie widze przeciwwskazan|czemu nie|dlaczego nie|a czemu nie|no czemu nie|jeszcze jak|a jakze|pasuje|"
        "pasuje mi|moze byc|niech bedzie|niech tak bedzie|chce|chcialbym|chcialabym|prosze|mhm|mhmm|aha|yhy|yhym|"
        "uhm|ehe|no ba|no raczej|a jak|wiadomo|wszystko sie zgadza|poprawnie|poprawne|jest poprawne|slusznie|"
        "nie no jasne|nie no pewnie|nie no spoko|nie no ok|nie no dobra|nie no oczywiscie|nie no tak|"
        "zdecydowanie|absolutnie tak|definitywnie tak|akceptuje|wyrazam zgode|no zgadza sie|to sie zgadza|yes|"
        "yep|yeah|aprobuje|juz tak|tak jest|otoz to|no przeciez|przeciez mowie ze tak|mowie ze tak|"
        "powiedzialem tak|powiedzialam tak|mowilem ze tak|mowilam ze tak|mam|tak mam|mam takie|moge|tak moge|posiadam"
    ),
    "soft": (
        "dobrze|dobra|ok|okej|okey|okay|w porzadku|prosze|poprosze|prosze bardzo|spoko|luz|zgoda|moze byc|"
        "jest ok|jest dobrze|wszystko dobrze|wszystko ok|wszystko w porzadku"
    ),
    "rather_yes": (
        "raczej tak|chyba tak|chyba ze tak|w sumie tak|w sumie czemu nie|moze tak|mysle ze tak|"
        "wydaje mi sie ze tak|sadze ze tak|powiedzmy ze tak|tak jakby|no chyba|no chyba tak|pewnie tak|"
        "prawdopodobnie|prawdopodobnie tak|zapewne|mozna tak powiedziec|poniekad|poniekad tak|"
        "mam nadzieje ze tak|niby tak|generalnie tak|mniej wiecej|no|no no|czesciowo tak"
    ),
    "no": (
        "nie|no nie|nie nie|nie no|ani troche|skad|skadze|skadze znowu|skadze|skad ze|gdzie tam|gdziez tam|"
        "absolutnie|absolutnie nie|w zadnym razie|w zadnym wypadku|za nic|za nic w swiecie|nigdy|nigdy w zyciu|"
        "nie ma mowy|mowy nie ma|wykluczone|bynajmniej|nic z tych rzeczy|wcale|wcale nie|wcale ze nie|"
        "a wlasnie ze nie|nie zgadzam sie|nie zgadza sie|to sie nie zgadza|to nieprawda|nieprawda|niestety|"
        "niestety nie|nie dziekuje|dziekuje nie|podziekuje|nope|nie mam|nie moge|nie posiadam|nie chce|nie tak|nie trzeba|nie potrzeba|"
        "nie potrzebuje|odmawiam|nie zycze sobie|nie wyrazam zgody|nie akceptuje|niepoprawnie|niepoprawne|"
        "nie do konca|jeszcze nie|juz nie|ani mi sie sni|jasne ze nie|pewnie ze nie|oczywiscie ze nie|no co ty|"
        "no skad|no skadze|a skad|a gdzie tam|nie no skad|nie no skadze|tak nie jest|to nie tak|blad|zle|pomylka|"
        "zdecydowanie nie|nie potwierdzam|mowie ze nie|mowilem ze nie|mowilam ze nie|powiedzialem nie|"
        "powiedzialam nie|nie ok|nie pasuje|nie pasuje mi|nie bardzo moge|nie tym razem|nie teraz|nie dzis|"
        "nie dzisiaj|rezygnuje|nic nie trzeba"
    ),
    "rather_no": (
        "raczej nie|chyba nie|chyba ze nie|nie bardzo|nie za bardzo|nie sadze|nie wydaje mi sie|"
        "wydaje mi sie ze nie|mysle ze nie|nie mysle|w sumie nie|moze nie|pewnie nie|niespecjalnie|"
        "nie specjalnie|srednio|niezbyt|watpie|raczej watpie|prawdopodobnie nie|sadze ze nie|nie powiedzialbym|"
        "nie powiedzialabym|niekoniecznie|nie koniecznie|generalnie nie"
    ),
    "unsure": (
        "nie wiem|a nie wiem|nie mam pojecia|pojecia nie mam|nie jestem pewien|nie jestem pewna|nie jestem pewny|"
        "moze|byc moze|zalezy|to zalezy|trudno powiedziec|ciezko powiedziec|nie pamietam|nie rozumiem|nie slysze|"
        "nie uslyszalem|nie uslyszalam|nie doslyszalem|nie zrozumialem|nie zrozumialam|zastanowie sie|"
        "musze sie zastanowic|musze pomyslec|pomysle|wszystko jedno|obojetnie|obojetne|no nie wiem|tak nie|"
        "tak i nie|i tak i nie|ani tak ani nie|tak czy nie|nie mam zdania|nie potrafie powiedziec|tak srednio|"
        "nie jestem w stanie powiedziec|nie chce mowic|tak sobie|pol na pol|roznie|no i co|no co|tak czy siak|"
        "tak czy inaczej|nie jestem przekonany|nie jestem przekonana|nie mam pewnosci"
    ),
    "boost": (
        "no|oczywiscie|jasne|pewnie|absolutnie|zdecydowanie|na pewno|raczej|definitywnie|naprawde|stanowczo|"
        "jednak|z pewnoscia|zasadniczo|oczywiscie ze|jasne ze|pewnie ze|no pewnie ze|na pewno|wiadomo ze|"
        "uwazam ze|mowie ze|jestem pewien ze|jestem pewna ze"
    ),
    "hedge": ("chyba|raczej|moze|wydaje mi sie|wydaje mi sie ze|mysle|mysle ze|sadze ze|prawdopodobnie|w sumie|w zasadzie|niby"),
    "correct": "znaczy|to znaczy|tzn|przepraszam|sorry|pardon|a nie|a jednak|jednak",
    "filler": (
        "ale|hmm|hm|eee|ee|e|yyy|yy|y|a|ach|och|oj|aj|ojej|um|uhh|eh|ech|prosze pani|prosze pana|prosze panstwa|pani|"
        "panie|dziekuje|dzieki|dziekuje bardzo|bardzo|wiec|to|wlasnie|i|ze|juz|ja|jestem|jak mowilem|sluchaj|"
        "slucham|halo|dzien dobry|serio|naprawde|w takim razie|teraz|z mojej strony|jest|wszystko|jestem za|"
        "super|swietnie|bardzo prosze"
    ),
}
_PL_DENIED = (
    "chce chcialbym chcialabym moge mam potrzebuje trzeba zgadzam prosze dziekuje jestem bylem bylam robilem "
    "robilam mialem mialam bede ma bylo widze planuje zamierzam musze mozna zamawialem zamawialam kupowalem "
    "dostalem dostalam lubie dam zgodze pasuje wydaje"
)

_EN = {
    "yes": (
        "yes|yeah|yep|yup|yea|ya|aye|yes yes|yes please|yes indeed|oh yes|sure|sure thing|for sure|of course|"
        "certainly|absolutely|definitely|indeed|exactly|precisely|correct|thats correct|that is correct|right|"
        "thats right|that is right|true|thats true|that is true|affirmative|agreed|i agree|ok|okay|okey|k|"
        "alright|all right|fine|thats fine|that is fine|sounds good|sounds great|go ahead|please do|do it|"
        "go for it|by all means|you bet|totally|no problem|no problem at all|no worries|not a problem|why not|"
        "i dont see why not|i dont mind|dont mind if i do|i do|i am|i did|i have|i would|id love to|i will|i can|"
        "it is|it does|it was|it did|they are|they did|he is|she is|we are|we do|we did|that works|works for me|"
        "sounds good to me|fine by me|fine with me|good for me|uh huh|mhm|mm hmm|mmhmm|mm|hell yes|hell yeah|"
        "gladly|with pleasure|please|i want to|i want that|id like that|id like to|confirmed|i confirm|perfect|"
        "good|great|very well|obviously|naturally|without a doubt|no doubt|no objection|no objections|"
        "cant complain|that would be great|that would be good|thats it|thats the one|it sure is|oh sure|oh yeah|"
        "of course yes|spot on|its not a problem|it isnt a problem|thats no problem|thats not a problem|too right"
    ),
    "soft": (
        "please|ok|okay|okey|k|fine|thats fine|that is fine|im fine|good|im good|all good|great|perfect|alright|"
        "all right|very well|thats ok|thats okay|thats all right|its fine|its ok|its okay"
    ),
    "rather_yes": (
        "i guess|i guess so|i suppose|i suppose so|i think so|i believe so|probably|probably yes|most likely|"
        "likely|kind of|kinda|sort of|more or less|i hope so|if you like|if you want|if i must|maybe yes|"
        "yes maybe|pretty much|i reckon|i reckon so|id say so|should be|i would think so|as far as i know|not bad"
    ),
    "no": (
        "no|nope|nah|naw|nay|no no|no no no|oh no|no thanks|no thank you|no way|not really|not at all|not yet|"
        "not now|not today|not this time|never|never ever|negative|absolutely not|definitely not|certainly not|"
        "of course not|surely not|hell no|im good thanks|i dont|i do not|i didnt|i did not|im not|i am not|"
        "i havent|i have not|i cant|i cannot|i wont|i wouldnt|i dont want to|i dont want that|i dont want it|"
        "i dont agree|i disagree|disagree|it isnt|it is not|its not|it doesnt|it does not|it didnt|it wasnt|"
        "thats not right|thats not correct|thats not true|that is not right|that is not correct|that is not true|"
        "that isnt right|that isnt correct|thats wrong|that is wrong|wrong|incorrect|false|untrue|by no means|"
        "no chance|not a chance|under no circumstances|forget it|dont|please dont|do not|uh uh|nuh uh|nothing|"
        "none|we dont|we didnt|they didnt|they dont|he isnt|she isnt|not ok|not okay|not good|not correct|"
        "not right|not true|not exactly|far from it|nothing like that|no sir|no maam|id rather not|"
        "i would rather not|i decline|nie|stop|cancel that|not for me|hardly"
    ),
    "rather_no": (
        "i dont think so|dont think so|i do not think so|i doubt it|doubt it|doubtful|probably not|i guess not|"
        "i suppose not|i think not|not particularly|not quite|maybe not|perhaps not|unlikely|i dont believe so|"
        "not so much|not that i know|not that i know of|not necessarily|i wouldnt say so|i hope not|"
        "most likely not|not much"
    ),
    "unsure": (
        "i dont know|dont know|i do not know|dunno|i dunno|idk|no idea|i have no idea|no clue|im not sure|"
        "i am not sure|not sure|maybe|perhaps|it depends|depends|that depends|possibly|hard to say|i cant say|"
        "i cant remember|i dont remember|i dont understand|i didnt understand|i didnt catch that|i didnt hear|"
        "yes and no|yes no|yeah no|no yes|either|either way|whatever|i dont care|no preference|i have no opinion|"
        "could be|let me think|who knows|im unsure|unsure|neither|cant say|so so|yes or no|i cant tell|"
        "i cannot say|im not certain|not certain|no comment"
    ),
    "boost": (
        "of course|absolutely|definitely|certainly|surely|really|oh|well|obviously|honestly|actually|id say|"
        "i say|i said|i would say|im afraid|sadly|unfortunately|afraid|just|hell"
    ),
    "hedge": "probably|i think|i guess|i suppose|maybe|perhaps|mostly|i believe|i would say|most likely",
    "correct": "i mean|sorry|wait|actually|rather|scratch that|correction",
    "filler": (
        "but|right now|um|uh|er|erm|hmm|hm|ah|oh|well|so|like|you know|thanks|thank you|thanks a lot|thank you very much|"
        "please|and|that|the|sir|madam|maam|mate|love|dear|then|just|it|very much|a lot|hello|hi|hey|man|dude|"
        "all|now|today|from me"
    ),
}
_EN_DENIED = "i i'm im its it's thats it that this we they he she there you my please thanks need want"

_RO = {
    "yes": (
        "da|da da|da sigur|sigur|sigur ca da|desigur|bineinteles|bineinteles ca da|evident|evident ca da|exact|"
        "exact asa|corect|e corect|este corect|asa e|asa este|adevarat|e adevarat|confirm|da confirm|de acord|"
        "sunt de acord|bine|e bine|ok|okay|okey|in regula|e in regula|perfect|mhm|mhmm|aha|ihi|ba da|"
        "ba bine ca da|cum sa nu|cum de nu|de ce nu|pai de ce nu|nui problema|nu i problema|nu e problema|"
        "nu este problema|nicio problema|nici o problema|nu e nicio problema|nu este nicio problema|"
        "nu i nicio problema|fara probleme|fara problema|fireste|firesc|normal|normal ca da|clar|clar ca da|"
        "absolut|negresit|cu siguranta|in mod sigur|va rog|te rog|da va rog|da te rog|cu placere|cu mare placere|"
        "cu drag|as vrea|vreau|doresc|as dori|accept|merge|hai|haide|hai ca da|imi convine|e ok|este ok|"
        "se potriveste|intocmai|precis|categoric|neaparat|intr adevar|yes|yep|yeah|nu vad de ce nu|"
        "nu am nimic impotriva|n am nimic impotriva|fie|asa sa fie|foarte bine|super|sa fie|daca se poate da|"
        "mai incape vorba|mai e vorba|normal|sigur ca vreau|spun da|am zis da|zic da|am spus da|cam da|asta e|"
        "am|da am|o am|da o am|pot|da pot|detin"
    ),
    "soft": ("bine|e bine|foarte bine|este bine|ok|okay|okey|e ok|este ok|va rog|te rog|perfect|super|in regula|e in regula|totul e bine"),
    "rather_yes": (
        "cred ca da|cred|parca da|poate da|probabil|probabil ca da|mai mult ca sigur|presupun|presupun ca da|"
        "banuiesc|banuiesc ca da|mi se pare ca da|sper ca da|oarecum|intr un fel|intr un fel da|mai degraba da|"
        "in principiu|in principiu da|zic ca da|as zice ca da|in mare|in mare da|cam asa"
    ),
    "no": (
        "nu|nu nu|ba nu|a nu|nu nu nu|nu multumesc|multumesc nu|nici vorba|nici gand|nici pomeneala|"
        "nici pe departe|nici macar|deloc|niciodata|nicidecum|in niciun caz|in nici un caz|sub nicio forma|"
        "sub nici o forma|categoric nu|absolut deloc|nu am|n am|nu detin|nu vreau|nu doresc|nu sunt de acord|nu e corect|"
        "nu este corect|nu e adevarat|nu este adevarat|gresit|e gresit|este gresit|fals|incorect|nu e asa|"
        "nu este asa|nu accept|nu confirm|refuz|inca nu|nu inca|nu acum|nu azi|nu astazi|nu e nevoie|"
        "nu este nevoie|n am nevoie|nu am nevoie|nu trebuie|nu pot|nope|no|nu mai vreau|din pacate|din pacate nu|"
        "sigur ca nu|bineinteles ca nu|nu asa|nu de data asta|renunt|nu imi convine|nu mi convine|nu merge|"
        "da de unde|pe naiba|nu n am|nu nu am|nu e bine|nu este bine|spun nu|am zis nu|zic nu|am spus nu|"
        "nu nu vreau|niciunul|nimic|nici nu ma gandesc|nu e ok|nu este ok|nu mersi|mersi nu"
    ),
    "rather_no": (
        "nu prea|cred ca nu|nu cred|mai degraba nu|probabil ca nu|probabil nu|poate nu|ma indoiesc|nu tocmai|"
        "nu chiar|parca nu|nu neaparat|mi se pare ca nu|nu mi se pare|nu as zice|presupun ca nu|"
        "nu in mod special|nu foarte|nu in totalitate|banuiesc ca nu|in principiu nu|sper ca nu"
    ),
    "unsure": (
        "nu stiu|nu stiu sigur|habar n am|habar nu am|n am idee|nu am idee|n am habar|nu am habar|nu sunt sigur|"
        "nu sunt sigura|nu s sigur|poate|se poate|depinde|greu de spus|nu mi amintesc|nu imi amintesc|"
        "nu tin minte|nu inteleg|n am inteles|nu am inteles|n am auzit|nu am auzit|nu aud|nu va aud|nu te aud|"
        "da si nu|si da si nu|nici da nici nu|da nu|da sau nu|da ori nu|nu da|ma gandesc|ma mai gandesc|"
        "trebuie sa ma gandesc|mi e indiferent|imi e indiferent|mi e egal|indiferent|oricare|nu pot sa spun|"
        "nu pot spune|nu mi dau seama|nu imi dau seama|cine stie|asa si asa|da mi|da ne|da te|posibil|"
        "nu sunt convins|nu sunt convinsa|nu am o parere"
    ),
    "boost": (
        "sigur|sigur ca|desigur|desigur ca|bineinteles|bineinteles ca|evident|evident ca|absolut|categoric|"
        "cu siguranta|clar|clar ca|normal ca|fireste ca|cu siguranta ca|pai|sincer|chiar|eu zic|eu zic ca|"
        "va spun ca|spun ca|zic ca|vreau sa spun|in mod sigur|hotarat"
    ),
    "hedge": ("cred ca|cred|parca|probabil|poate|mai degraba|presupun ca|mi se pare ca|in principiu|as zice ca|banuiesc ca"),
    "correct": "adica|de fapt|scuze|pardon|ba|stai|vreau sa zic",
    "filler": (
        "dar|pai|deci|hmm|hm|ă|aaa|aa|a|eee|e|ei|of|ah|oh|o|va|rog|va rog|va rog frumos|te rog|multumesc|"
        "multumesc frumos|mersi|mulțumesc mult|domnule|doamna|domnisoara|si|sa|asta|eu|acum|azi|atunci|mult|"
        "foarte|frumos|alo|buna|buna ziua|din partea mea|asa|e|este|sunt|totul|toate|mi|imi"
    ),
}
_RO_DENIED = "am a e este sunt vreau pot doresc trebuie as mi mai il o ma s i stiam era eram n"

_CORE = {
    "pl": (
        "tak|no tak|owszem|jasne|no jasne|pewnie|oczywiscie|zgadza sie|potwierdzam|zgadzam sie|zgoda|"
        "wyrazam zgode|chetnie|nie|no nie|nie nie|niestety nie"
    ),
    "en": (
        "yes|yeah|yep|yup|yes please|sure|of course|absolutely|definitely|correct|i agree|i confirm|agreed|no|"
        "nope|nah|no no|no thanks|no thank you"
    ),
    "ro": (
        "da|da sigur|sigur|desigur|bineinteles|exact|corect|ba da|sigur ca da|sunt de acord|de acord|confirm|"
        "accept|nu|nu nu|ba nu|nu multumesc"
    ),
}
_TABLES = {"pl": (_PL, _PL_DENIED), "en": (_EN, _EN_DENIED), "ro": (_RO, _RO_DENIED)}
# Later kinds win where one phrase is in several: "dobrze" is only a soft yes.
_ORDER = ("filler", "no", "rather_no", "yes", "soft", "rather_yes", "unsure", "correct")


def _phrases(text: str) -> list[tuple[str, ...]]:
    return [words for phrase in text.split("|") if (words := words_of(phrase))]


@lru_cache(maxsize=8)
def yes_no_words(language: str) -> YesNoWords:
    """The vocabulary of one language; empty for a language the product does not speak."""
    table, denied = _TABLES.get(language, ({}, ""))
    boost, hedge = (frozenset(_phrases(table.get(kind, ""))) for kind in ("boost", "hedge"))
    phrases = dict.fromkeys([*boost, *hedge], "lead")
    phrases |= {words: kind for kind in _ORDER for words in _phrases(table.get(kind, ""))}
    core = frozenset(_phrases(_CORE.get(language, "")))
    return YesNoWords(phrases, boost | hedge, hedge, core, frozenset(denied.split()), max(map(len, phrases), default=0))
